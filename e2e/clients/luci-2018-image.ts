import { Browser, type PageAnswer } from "./lib/browser.ts";
import { ClientRefuses, demand, demandObject, demandText } from "./lib/client-refuses.ts";
import { type Patience, pollFor, Screen, sha256Of, type TakenImage } from "./lib/taking.ts";
import { type Device, replay } from "./luci-2018.ts";

type Json = Record<string, unknown>;

/** All that it says, of answers whose body it doesn't read. */
const FAILURES: Readonly<Record<number, string>> = {
  204: "No upgrades available",
  412: "Unsupported device, release, target, subtraget or board",
  413: "No firmware created due to image size. Try again with less packages selected.",
  501: "No sysupgrade file produced, may not supported by model.",
};
/** It asks again after 30 seconds. */
const PASSING: Readonly<Record<number, string>> = { 502: "Server down for maintenance", 503: "Server overloaded" };

/** What the page posts once its button "Request firmware" is there. @throws ClientRefuses when nothing is offered */
export async function order(baseUrl: string, device: Device): Promise<Json> {
  const shown = await replay(baseUrl, device);
  demand(shown.says === "upgrade", shown.says === "failed" ? shown.why : "No upgrades available");
  return {
    distro: device.distribution,
    version: shown.version ?? device.version,
    target: device.target,
    revision: device.revision,
    upgrade_packages: device.upgradePackages ? "1" : "0",
    board_name: device.boardName,
    board: device.boardName,
    model: device.model,
    packages: shown.packages,
  };
}

/**
 * The LuCI app of 2018 and 2019 after its button was pressed: the same post every five seconds until there is an image, which goes
 * into the browser and from there to the device. Nobody compares anything. @throws ClientRefuses with what the page shows
 */
export async function takeImage(baseUrl: string, request: Json, patience: Patience = {}): Promise<TakenImage> {
  const browser = new Browser("http://192.168.1.1");
  const screen = new Screen();
  const posted = {
    method: "POST",
    headers: { "Content-type": "application/json" },
    body: JSON.stringify(request),
  };
  const built = await pollFor(async () => {
    const answer = await browser.fetch(`${baseUrl}/api/upgrade-request`, posted);
    if (answer.status === 200) return demandObject(answer.json(), "TypeError: what came");
    screen.show(showWaiting(answer) ?? refuse(answer, baseUrl));
    return null;
  }, patience);
  const url = baseUrl + demandText(built.files, "`files`") + demandText(built.sysupgrade, "`sysupgrade`");
  // The log's link is shown beside the image.
  demandText(built.log, "`log`");
  const { status, bytes } = await browser.fetch(url);
  demand(status === 200, `it shows "Downloading firmware to web browser memory" for ever: ${status}`);
  return { url, sha256: sha256Of(bytes), size: bytes.length, shown: screen.shown };
}

/** Null for what isn't asked again. */
function showWaiting(answer: PageAnswer): string | null {
  const { status } = answer;
  if (status !== 202) return PASSING[status] ?? null;
  // "Processing request" too is what it says where the browser hides the header.
  const step = answer.header("X-Imagebuilder-Status");
  demand(step === "queue" || step === "building", `Processing request, and nobody knows which step (${step})`);
  if (step === "building") return "Building image";
  // The very first answer has none, and the page says so.
  return `In build queue position ${answer.header("X-Build-Queue-Position")}`;
}

function refuse(answer: PageAnswer, baseUrl: string): never {
  const { status } = answer;
  if (status === 422) {
    throw new ClientRefuses(`Unknown package in request: ${answer.header("X-Unknown-Package")}`);
  }
  const sentence = FAILURES[status];
  if (sentence !== undefined) throw new ClientRefuses(sentence);
  // Nothing is made of any other, and the page goes on showing what it showed.
  demand([400, 409, 500].includes(status), `it shows nothing at status ${status}`);
  const { error, log } = demandObject(answer.json(), "TypeError: what is wrong");
  const link = typeof log === "string" ? `Build log: ${baseUrl}${log}` : null;
  if (status === 409) {
    demand(link !== null, "See build log for details, of which there is none");
    throw new ClientRefuses(`Incompatible package selection. See build log for details\n${link}`);
  }
  const words = `${status === 500 ? "Internal server error\n" : ""}${demandText(error, "`error`")}`;
  throw new ClientRefuses(link === null ? words : `${words}\n${link}`);
}
