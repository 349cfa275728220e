import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import { type Announced, type Dialect, REFUSALS, type Told, told } from "./dialects.ts";
import type { Ledger, Taken } from "./ledger.ts";
import { IMAGE_NAME } from "./marked-imagebuilder.ts";
import { ask, type Question, type Reply } from "./reply.ts";
import { MOST_WISHES, textOf, type Wish, wishOf } from "./wish.ts";

export interface ClientsOptions {
  url: string;
  ledger: Ledger;
  chance: Chance;
  dialects: readonly Dialect[];
  count: number;
  /** Number of the first wish. */
  firstWish: number;
  /** Milliseconds from one new wish to the next; all clients want the newest ones most. */
  newWishEvery: number;
  /** Milliseconds between two requests of one client, about. */
  pause: number;
}

/** Clients that want images until the signal; then each ends what it is at. Never throws for what a server does: that is in the ledger. */
export async function runClients(options: ClientsOptions, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  const { firstWish, newWishEvery } = options;
  const newest = () => Math.min(MOST_WISHES, firstWish + Math.floor((performance.now() - begun) / newWishEvery));
  const clients = Array.from({ length: options.count }, (_, n) => new Client(options, n));
  await Promise.all(clients.map((client) => client.run(newest, signal)));
}

class Client {
  readonly #options: ClientsOptions;
  readonly #chance: Chance;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: ClientsOptions, number: number) {
    this.#options = options;
    this.#chance = options.chance.fork(number);
    // Each is somebody: fairness and limits go by address.
    this.#headers = { "x-forwarded-for": `10.1.${number >> 8}.${number & 255}` };
  }

  async run(newest: () => number, signal: AbortSignal): Promise<void> {
    await this.#pause(signal, this.#chance.next());
    while (!signal.aborted) {
      const dialect = this.#chance.of(this.#options.dialects);
      const wish = wishOf(this.#chosen(newest()), dialect.kind);
      await this.#want(dialect, wish, signal);
      await this.#pause(signal);
    }
  }

  /** Most want what has just come out; others what has been there for a while. */
  #chosen(newest: number): number {
    const { firstWish } = this.#options;
    if (this.#chance.next() < 0.6) return Math.max(firstWish, newest - Math.floor(this.#chance.next() * 3));
    return firstWish + Math.floor(this.#chance.next() * (newest - firstWish + 1));
  }

  /** Asks, asks on as its generation does, and takes what there is then. */
  async #want(dialect: Dialect, wish: Wish, signal: AbortSignal): Promise<void> {
    const { url, ledger } = this.#options;
    const asking: Question = { method: "POST", url: url + dialect.path, body: dialect.body(wish) };
    let hash: string | null = null;
    while (!signal.aborted) {
      const question: Question = hash === null ? asking : { method: "GET", url: `${url}${dialect.path}/${hash}` };
      const reply = await this.#ask(question, signal);
      if (reply !== null) {
        const heard = told(dialect, reply);
        if (heard.kind === "unknown" && hash !== null) return ledger.unknown({ dialect, hash, wish });
        ledger.hear(
          dialect,
          wish,
          heard.kind === "unknown" ? { kind: "wrong", why: "a POST was answered 404" } : heard,
        );
        if (heard.kind === "image") return this.#take(dialect, wish, heard, signal);
        if (heard.kind === "failed" || heard.kind === "wrong") return;
        // LuCI of the first generation sends the whole of it again.
        if (heard.kind === "waits" && !(dialect.name === "v0" && this.#chance.next() < 0.3)) hash = heard.hash;
      }
      await this.#pause(signal);
    }
  }

  /** Asks for what was taken. @returns whether it has come to its end */
  async settle({ dialect, hash, wish }: Taken, signal: AbortSignal): Promise<boolean> {
    const { url, ledger } = this.#options;
    const reply = await this.#ask({ method: "GET", url: `${url}${dialect.path}/${hash}` }, signal);
    if (reply === null) return false;
    const heard = told(dialect, reply);
    if (heard.kind === "unknown") {
      ledger.unknown({ dialect, hash, wish });
      return true;
    }
    ledger.hear(dialect, wish, heard);
    if (heard.kind === "image") await this.#take(dialect, wish, heard, signal);
    return heard.kind !== "waits" && heard.kind !== "refused";
  }

  async #take(dialect: Dialect, wish: Wish, image: Told & { kind: "image" }, signal: AbortSignal): Promise<void> {
    const { ledger } = this.#options;
    const missing = image.manifest === null ? [] : wish.packages.filter((name) => image.manifest?.[name] === undefined);
    if (missing.length > 0) ledger.note(`${dialect.name} ${image.hash} has no ${missing.join(", ")} in its manifest`);
    if (image.files.length === 0) ledger.note(`${dialect.name} ${image.hash} has no files`);
    for (const file of image.files) {
      const reply = await this.#ask({ method: "GET", url: fileUrl(this.#options.url, file) }, signal);
      if (reply !== null) checkFile(ledger, `${dialect.name} ${image.hash}`, wish, file, reply);
    }
  }

  /** Null without an answer: then it asks again later, as everybody does. */
  async #ask(question: Question, signal: AbortSignal): Promise<Reply | null> {
    const { ledger } = this.#options;
    ledger.requests++;
    try {
      return await ask({ ...question, headers: this.#headers }, signal);
    } catch {
      if (!signal.aborted) ledger.unanswered++;
      return null;
    }
  }

  async #pause(signal: AbortSignal, times = 0.5 + this.#chance.next()): Promise<void> {
    await sleep(this.#options.pause * times, undefined, { signal }).catch(() => undefined);
  }
}

function fileUrl(url: string, { path }: Announced): string {
  return new URL(path, url).href;
}

/** Whether it is what was announced, and what was wished for. */
function checkFile(ledger: Ledger, of: string, wish: Wish, file: Announced, { status, body }: Reply): void {
  // Somebody behind the server isn't there now.
  if (REFUSALS.has(status)) {
    ledger.refused++;
    return;
  }
  if (status !== 200) {
    ledger.note(`${of}: ${file.path} was announced, and is answered ${status}`);
    return;
  }
  const sum = createHash("sha256").update(body).digest("hex");
  if (file.sha256 !== null && sum !== file.sha256) ledger.note(`${of}: ${file.path} isn't what was announced`);
  if (file.path.endsWith(IMAGE_NAME) && body.toString() !== textOf(wish)) {
    ledger.note(`${of}: ${file.path} is the image of another wish: ${body.toString().slice(0, 100)}`);
  }
  ledger.images++;
}

/** Milliseconds between two looks at what hasn't ended. */
const SETTLE_EVERY = 500;
/** Of those who ask for what is theirs at the end. */
const AT_ONCE = 16;

/**
 * Asks for every hash that was named, until each has an end or the signal; nobody may ask the server for anything new meanwhile. All
 * images are taken once more.
 */
export async function settle(options: Omit<ClientsOptions, "count">, signal: AbortSignal): Promise<void> {
  const { ledger } = options;
  const client = new Client({ ...options, count: 1 }, 0);
  const open = [...ledger.taken];
  const work = async () => {
    for (let one = open.shift(); one && !signal.aborted; one = open.shift()) {
      if (await client.settle(one, signal)) continue;
      open.push(one);
      await sleep(SETTLE_EVERY, undefined, { signal }).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
