import { Browser, type PageAnswer } from "./lib/browser.ts";
import { ClientRefuses, demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";
import { luciGet, luciPost, shownProgress } from "./lib/luci.ts";
import { type Patience, pollFor, Screen, sha256Of, type TakenImage } from "./lib/taking.ts";

type Json = Record<string, unknown>;

/** In what the generations of the app differ once "Request" is pressed. */
export interface LuciApp {
  path: "/api/build" | "/api/v1/build";
  /** How it learns how far it is: by the same post again, by GET, or by GET with an empty object, for which browsers ask first. */
  asks: "again" | "by hash" | "by hash with content";
  /** What it says of a build that goes on. */
  progress(state: Json): string;
  /** The field that says why there is no image. */
  reason: "message" | "detail";
  /** What it does about a status it doesn't know: as if it hadn't asked, or nothing at all. */
  otherwise: "asks on" | "stops";
  choose(images: readonly Json[], efi: boolean, filesystem: unknown): Json | undefined;
}

/** Nothing is shown but a spinner, for ever. */
const SPINS = "it shows a spinner for ever";

/** `status` is a word in it, other than in all that came after. */
function progressOf2020({ status }: Json): string {
  demand(status === "queued" || status === "started", `${SPINS}: ${status} is no state`);
  return status === "queued" ? "Request in build queue" : "Building the sysupgrade image";
}

function progressOf2021(state: Json): string {
  if (!("queue_position" in state)) return "Building firmware sysupgrade image";
  demand(Number.isInteger(state.queue_position), `Request in build queue position ${state.queue_position}`);
  return `Request in build queue position ${state.queue_position}`;
}

/** The first, else whichever is the last of all: there it would be the wrong one that is installed. */
function chooseOf2021(images: readonly Json[]): Json | undefined {
  return images.find(({ type }) => type === "sysupgrade");
}

function chooseOfToday(images: readonly Json[], efi: boolean, filesystem: unknown): Json | undefined {
  const types = efi ? ["combined-efi"] : ["sysupgrade", "combined"];
  return images.find((image) => image.filesystem === filesystem && types.includes(String(image.type)));
}

const OF_2021 = { asks: "by hash", progress: progressOf2021, reason: "detail", otherwise: "stops" } as const;
const OF_2020 = { path: "/api/build", progress: progressOf2020, reason: "message", otherwise: "stops" } as const;

export const LUCI_APPS = {
  "summer 2020": { ...OF_2020, asks: "again", choose: chooseOf2021 },
  "autumn 2020": { ...OF_2020, asks: "by hash", choose: chooseOf2021 },
  "spring 2021": { ...OF_2021, path: "/api/build", choose: chooseOf2021 },
  "autumn 2021": { ...OF_2021, path: "/api/v1/build", choose: chooseOf2021 },
  today: {
    path: "/api/v1/build",
    asks: "by hash with content",
    progress: shownProgress,
    reason: "detail",
    otherwise: "asks on",
    choose: chooseOfToday,
  },
} as const satisfies Record<string, LuciApp>;

/**
 * The page after its button was pressed: until there is an image, then into the browser, and from there to the device, which
 * tells its sum. @throws ClientRefuses with what the page shows, or with what leaves it showing a spinner
 */
export async function takeImage(
  baseUrl: string,
  app: LuciApp,
  { request, efi = false }: { request: Json; efi?: boolean },
  patience: Patience = {},
): Promise<TakenImage> {
  const browser = new Browser("http://192.168.1.1");
  const screen = new Screen();
  let hash: unknown;
  const built = await pollFor(async () => {
    const answer = await askOnce(browser, baseUrl + app.path, app, { hash, request });
    const state = readState(answer, app);
    if (answer.status === 200) return state;
    if (state === null) return null;
    // A hash that isn't there isn't asked by: then all of it is posted again.
    hash = state.request_hash;
    demand(app.asks === "again" || typeof hash === "string", "all of it is posted again, for want of a hash");
    screen.show(app.progress(state));
    return null;
  }, patience);
  return install(browser, baseUrl, demandImage(built, app, { efi, request }), screen);
}

function askOnce(
  browser: Browser,
  url: string,
  { asks }: LuciApp,
  { hash, request }: { hash: unknown; request: Json },
): Promise<PageAnswer> {
  if (hash === undefined || asks === "again") return luciPost(browser, url, request);
  return luciGet(browser, `${url}/${hash}`, asks === "by hash with content" ? { content: {} } : {});
}

/** What a 200 or 202 says; null where the app looks away, and asks again. */
function readState(answer: PageAnswer, app: LuciApp): Json | null {
  if (answer.status === 200 || answer.status === 202) return demandObject(answer.json(), "TypeError: the state");
  if (![400, 422, 500].includes(answer.status)) {
    if (app.otherwise === "asks on") return null;
    throw new ClientRefuses(`${SPINS}: ${answer.status}`);
  }
  const state = demandObject(answer.json(), "TypeError: what is wrong");
  const reason = state[app.reason];
  // Of a list of errors it makes "[object Object]", which is more than nothing.
  demand(reason !== undefined, "Server response: undefined");
  throw new ClientRefuses([`Server response: ${reason}`, state.stdout, state.stderr].filter(Boolean).join("\n"));
}

interface Offered {
  name: string;
  sha256: string;
  folder: string;
}

function demandImage(built: Json | null, app: LuciApp, { efi, request }: { efi: boolean; request: Json }): Offered {
  const { images, bin_dir, ...shown } = built ?? {};
  const listed = demandList(images, "TypeError: `images`").map((image) => demandObject(image, "an image"));
  const image = app.choose(listed, efi, request.filesystem);
  demand(image !== undefined, "TypeError: image is null");
  // On the screen with the button to install it.
  for (const name of ["version_number", "version_code", "build_at", "target"]) demandText(shown[name], `\`${name}\``);
  return {
    name: demandText(image.name, "the image's name"),
    sha256: demandText(image.sha256, "the image's sum"),
    folder: demandText(bin_dir, "`bin_dir`"),
  };
}

/** It looks at no status: a page that says 404 is uploaded too, and has another sum. */
async function install(
  browser: Browser,
  baseUrl: string,
  { name, sha256, folder }: Offered,
  { shown }: Screen,
): Promise<TakenImage> {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const url = `${baseUrl}/store/${folder}/${name}`;
  const { bytes } = await luciGet(browser, url, { headers });
  demand(sha256Of(bytes) === sha256, "Wrong checksum: Error during download of firmware. Please try again");
  return { url, sha256, size: bytes.length, shown };
}
