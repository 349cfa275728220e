import { Browser, type PageAnswer } from "./lib/browser.ts";
import { ClientRefuses, demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";
import { type Patience, pollFor, Screen, sha256Of, type TakenImage } from "./lib/taking.ts";

type Json = Record<string, unknown>;

/** It says so even of what has no content, so its browser asks before each request. */
const HEADERS = { "Content-Type": "application/json" };

/**
 * The firmware selector after "Request build" was pressed, up to a click on the first of its links. It has the words of any state
 * (`tr-…`), and shows `detail` of whatever isn't 200 or 202. @throws ClientRefuses with what the page shows
 */
export async function takeImage(asuUrl: string, request: Json, patience: Patience = {}): Promise<TakenImage> {
  const browser = new Browser("https://firmware-selector.example.org");
  const screen = new Screen();
  const builds = `${asuUrl}/api/v1/build`;
  let hash: string | null = null;
  const built = await pollFor(async () => {
    const asked = hash === null ? { method: "POST", body: JSON.stringify(request) } : {};
    const answer = await browser.fetch(hash === null ? builds : `${builds}/${hash}`, { ...asked, headers: HEADERS });
    const state = readState(answer);
    if (answer.status === 200) return state;
    demand(typeof state.request_hash === "string", "all of it is posted again, for want of a hash");
    hash = state.request_hash;
    const position = state.queue_position ? ` (${state.queue_position})` : "";
    screen.show(`tr-${state.imagebuilder_status ?? state.detail ?? "init"}${position}`);
    return null;
  }, patience);
  const [link] = showLinks(built, asuUrl);
  demand(link !== undefined, "there is no link to click");
  const answer = await browser.click(link.url);
  demand(answer.status === 200, `${link.name} is answered with ${answer.status}`);
  demand(sha256Of(answer.body) === link.sha256, `${link.name} isn't what its sum says`);
  return { url: link.url, sha256: link.sha256, size: answer.body.length, shown: screen.shown };
}

function readState(answer: PageAnswer): Json {
  const state = demandObject(answer.json(), "the build's state");
  if (answer.status === 200 || answer.status === 202) return state;
  const logs = "stderr" in state ? [demandLog(state.stderr), demandLog(state.stdout)] : [];
  const tooBig = logs[0]?.includes("images are too big") === true;
  const sentence = "detail" in state ? state.detail : tooBig ? "tr-build-size" : "tr-build-failed";
  demand(typeof sentence === "string", `TypeError: message.startsWith of ${JSON.stringify(sentence)}`);
  throw new ClientRefuses([sentence, ...logs].filter((text) => text !== "").join("\n"));
}

/** Where one log is, the other is shown beside it. */
function demandLog(log: unknown): string {
  demand(typeof log === "string", `a log is shown as ${log}`);
  return log;
}

interface Link {
  name: string;
  url: string;
  sha256: string;
}

/** The page's table, what can be upgraded with before the rest, with the facts that stand above it. */
function showLinks(built: Json, asuUrl: string): Link[] {
  for (const name of ["version_number", "version_code", "target", "build_at"]) demandText(built[name], `\`${name}\``);
  demand(!Number.isNaN(Date.parse(String(built.build_at))), `the date is shown as ${built.build_at}`);
  demandList(built.titles, "TypeError: `titles`");
  demandList(built.build_cmd, "it is shown as what the distribution has built: `build_cmd`");
  // Without one, the packages that were typed are replaced by the defaults.
  demandObject(built.manifest, "the owner's packages are gone: `manifest`");
  const folder = `${asuUrl}/store/${demandText(built.bin_dir, "`bin_dir`")}`;
  const images = demandList(built.images, "TypeError: `images`").map((image) => {
    const { name, type, sha256 } = demandObject(image, "an image");
    demandText(type, "TypeError: an image's type");
    const file = demandText(name, "TypeError: an image's name");
    return { name: file, url: `${folder}/${file}`, sha256: demandText(sha256, "an image's sum"), type };
  });
  const order = ["sysupgrade", "factory"];
  const place = ({ type }: { type: unknown }) => (order.indexOf(String(type)) + order.length + 1) % (order.length + 1);
  return images.sort((a, b) => place(a) - place(b));
}
