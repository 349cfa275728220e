import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Move } from "@pawl/protocol";
import { readTextIfThere, syncFolder, writeFileDurably } from "../store/atomic-file.ts";
import { jsonOrNull } from "../store/record.ts";

type Way = Pick<Move, "previous" | "next">;

/** The journal of the newest switch. It stays until the next one: until then a release may be gone back from. */
export class JournalFile<Journal extends Way> {
  readonly #dir: string;
  readonly #path: string;
  readonly #list: keyof Journal & string;

  /** @param list a field that every whole journal has a list in */
  constructor(dir: string, list: keyof Journal & string) {
    this.#dir = dir;
    this.#path = join(dir, ".journal.json");
    this.#list = list;
  }

  /** The one of this move; null when that has none. */
  async load(move: Way): Promise<Journal | null> {
    const journal = await this.newest();
    return journal && journal.previous === move.previous && journal.next === move.next ? journal : null;
  }

  /** Whichever it is of. */
  async newest(): Promise<Journal | null> {
    const journal = jsonOrNull((await readTextIfThere(this.#path)) ?? "") as Journal | null;
    return typeof journal?.next === "string" && Array.isArray(journal[this.#list]) ? journal : null;
  }

  async save(journal: Journal): Promise<void> {
    await writeFileDurably(this.#path, `${JSON.stringify(journal)}\n`, 0o600);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
    await syncFolder(this.#dir);
  }
}
