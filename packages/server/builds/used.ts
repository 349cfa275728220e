import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Tables } from "../db/tables.ts";

const EVERY_MS = 60_000;
const MOST = 20_000;

/** Which builds somebody wants, written every minute: what nobody has wanted for longest goes first. */
export class UsedBuilds implements AsyncDisposable {
  readonly #parts: { kysely: Kysely<Tables>; clock: () => Date; log: Logger };
  readonly #timer: NodeJS.Timeout;
  #used = new Set<string>();

  constructor(parts: { kysely: Kysely<Tables>; clock: () => Date; log: Logger }) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  add(id: string): void {
    if (this.#used.size < MOST) this.#used.add(id);
  }

  /** Never fails: what can't be written now is written with the next. */
  async flush(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = this.#used;
    this.#used = new Set();
    const { kysely, clock, log } = this.#parts;
    try {
      // In one order, so that processes that write at once don't wait for each other crosswise.
      const ids = [...used].sort();
      await kysely.updateTable("build").set({ used_at: clock() }).where("id", "in", ids).execute();
    } catch (error) {
      for (const id of used) this.add(id);
      log.warn({ err: error }, "which builds are used could not be written");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
