import { Browser, type PageAnswer } from "./lib/browser.ts";
import { ClientRefuses, demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";
import { type Patience, pollFor, Screen, sha256Of, type TakenImage } from "./lib/taking.ts";

type Json = Record<string, unknown>;

/** Where it looks for an image's files: where the request's answer says, or where the image's own row says. */
export type ChefOf = "the answer" | "the row";

export interface ChefImage extends TakenImage {
  /** What the page lists. */
  files: readonly string[];
  /** Installed packages with their versions, as the page lists them. */
  packages: Readonly<Record<string, string>>;
  /** Of "Build log". */
  log: string;
}

/** Sentences of its translations, and what it does besides. */
const FAILURES: Readonly<Record<number, string>> = {
  412: "tr-unsupported",
  413: "tr-filesize",
  501: "tr-no-sysupgrade",
};
/** Milliseconds at the same position, thirty polls of its own: then it gives up. */
const LONGEST_AT_ONE_POSITION = 150_000;

export interface ChefPatience extends Patience {
  chef?: ChefOf;
  /** After which it gives up. Default: as many as fit into its own 150 seconds. */
  pollsAtOnePosition?: number;
}

/**
 * Chef after its button "Create", up to a click on the link to upgrade with. It sets a Content-Type on all that it asks, so its
 * browser asks first. @throws ClientRefuses with what the page shows
 */
export async function takeImage(
  server: string,
  request: Json,
  { chef = "the answer", pollsAtOnePosition, ...patience }: ChefPatience = {},
): Promise<ChefImage> {
  const browser = new Browser("http://chef.example");
  const queue = new Queue(pollsAtOnePosition ?? LONGEST_AT_ONE_POSITION / (patience.pause ?? 100));
  let hash: unknown;
  const built = await pollFor(async () => {
    let answer = await ask(browser, server, hash, request);
    if (answer.status === 404) {
      // It posts at once, and would do so for ever.
      demand(hash !== undefined, "a request that is posted isn't found, and it posts again and again without a pause");
      demand(read(answer).request_hash === undefined, "it asks for what isn't found again and again without a pause");
      answer = await ask(browser, server, undefined, request);
    }
    const state = read(answer);
    hash = state.request_hash;
    if (answer.status === 200) return state;
    queue.show(answer);
    if (answer.status !== 202 && answer.status !== 503) refuse(answer, state, server);
    return null;
  }, patience);
  return openPage(browser, server, { built, chef, shown: queue.screen.shown });
}

function ask(browser: Browser, server: string, hash: unknown, request: Json): Promise<PageAnswer> {
  const headers = { "Content-type": "application/json" };
  const url = `${server}/api/build-request`;
  if (hash) return browser.fetch(`${url}/${hash}`, { headers });
  return browser.fetch(url, { method: "POST", headers, body: JSON.stringify(request) });
}

/** As JSON, whatever the status. */
function read(answer: PageAnswer): Json {
  return demandObject(answer.json(), "TypeError: the answer to a request");
}

/** The line over the page while it goes on. */
class Queue {
  readonly screen = new Screen();
  readonly #most: number;
  #position: string | null = null;
  #polls = 0;

  constructor(mostAtOnePosition: number) {
    this.#most = mostAtOnePosition;
  }

  show(answer: PageAnswer): void {
    if (answer.status === 503) this.screen.show("tr-overload");
    if (answer.status !== 202) return;
    const step = answer.header("X-Imagebuilder-Status");
    // It says "Processing request", which it says itself should never be shown.
    demand(step === "queue" || step === "building", `Processing request: ${step} is no step`);
    if (step === "building") {
      this.screen.show("tr-building");
      return;
    }
    const position = answer.header("X-Build-Queue-Position");
    this.#polls = position !== null && position === this.#position ? this.#polls + 1 : 0;
    this.#position = position;
    demand(this.#polls < this.#most, "tr-queue-error");
    this.screen.show(position === null ? "tr-queue" : `tr-queue. tr-position: ${position}`);
  }
}

function refuse(answer: PageAnswer, { error, log }: Json, server: string): never {
  const { status } = answer;
  if (status === 422) throw new ClientRefuses(`tr-unknown-package: ${answer.header("X-Unknown-Package")}`);
  const sentence = FAILURES[status];
  if (sentence !== undefined) throw new ClientRefuses(sentence);
  // Nothing is made of any other, and what was shown before stays.
  demand([400, 409, 500].includes(status), `shows nothing at status ${status}`);
  demand(status !== 409 || typeof log === "string", "tr-manifest-fail, and a link to undefined");
  const words = status === 409 ? "tr-manifest-fail" : demandText(error, "`error`");
  throw new ClientRefuses(typeof log === "string" ? `${words}\ntr-buildlog: ${server}${log}` : words);
}

interface Built {
  built: Json;
  chef: ChefOf;
  shown: readonly string[];
}

async function openPage(browser: Browser, server: string, { built, chef, shown }: Built): Promise<ChefImage> {
  const hash = demandText(built.image_hash, "`image_hash`");
  const row = demandObject((await browser.fetch(`${server}/api/image/${hash}`)).json(), "TypeError: the image");
  // Its first ten letters are shown.
  demand(typeof row.build_date === "string", "TypeError: build_date has no substring");
  const places = chef === "the answer" ? placesOfAnswer(built) : placesOfRow(row, hash);
  const list = demandList((await browser.fetch(server + places.list)).json(), "TypeError: the list of files");
  const files = list.map((file) => demandText(demandObject(file, "a file").name, "TypeError: a file's name"));
  const manifest = demandText(row.manifest_hash, "`manifest_hash`");
  const packages = demandObject((await browser.fetch(`${server}/api/manifest/${manifest}`)).json(), "the manifest");
  const names = Object.entries(packages).map(([name, version]) => [name, demandText(version, name)]);
  const image = await clickImage(browser, server, places, files);
  return { ...image, shown, files, packages: Object.fromEntries(names), log: server + places.log };
}

/** The image to upgrade with; where none is named, the one for the device as it was bought, if there is one alone. */
async function clickImage(browser: Browser, server: string, places: Places, files: readonly string[]) {
  const factories = files.filter((name) => name.includes("factory"));
  const name = places.sysupgrade ?? (factories.length === 1 ? factories[0] : undefined);
  demand(name !== undefined, "there is no link to click");
  const url = `${server}${places.links}${name}`;
  const { status, body } = await browser.click(url);
  demand(status === 200, `the link to ${name} is answered with ${status}`);
  return { url, sha256: sha256Of(body), size: body.length };
}

/** Paths on the server. */
interface Places {
  list: string;
  /** Before a file's name. */
  links: string;
  log: string;
  /** The file to upgrade with. */
  sysupgrade: string | null;
}

function placesOfAnswer({ files, sysupgrade, log }: Json): Places {
  const list = demandText(files, "`files`");
  const name = sysupgrade === undefined ? null : demandText(sysupgrade, "`sysupgrade`");
  return { list, links: list, log: demandText(log, "`log`"), sysupgrade: name };
}

function placesOfRow({ files, sysupgrade }: Json, hash: string): Places {
  const path = demandText(files, "the image's `files`");
  const links = `/download/${path}/`;
  const name = sysupgrade ? demandText(sysupgrade, "the image's `sysupgrade`") : null;
  return { list: `/json/${path}`, links, log: `${links}buildlog-${hash}.txt`, sysupgrade: name };
}
