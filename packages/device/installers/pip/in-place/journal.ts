import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Move } from "@pawl/protocol";
import { readTextIfThere, syncFolder, writeFileDurably } from "../../../store/atomic-file.ts";
import type { InstalledRecord } from "../../../store/installed.ts";
import { jsonOrNull } from "../../../store/record.ts";
import type { Change, KeptWheel } from "./plan-change.ts";

/** What a switch does to the environment, written before it begins. It is done again or undone by this alone. */
export interface Journal {
  previous: string | null;
  next: string;
  /** `ready`: nothing has been changed. `changing`: anything may lie half there. `done`: it came to its end. */
  state: "ready" | "changing" | "done";
  change: Change;
  /** What takes it back: every distribution that was there and is changed or removed. */
  back: KeptWheel[];
  /** The metadata folders of those: what else bears their names is stale. */
  live: string[];
  /** What `pip check` complained of before; none of this update's business. */
  complaints: string[];
  /** What has to be importable. */
  modules: string[];
  /** What counted as installed. */
  record: InstalledRecord | null;
}

/** The journal of the newest switch. It stays until the next one: until then a release may be gone back from. */
export class JournalFile {
  readonly #dir: string;
  readonly #path: string;

  constructor(dir: string) {
    this.#dir = dir;
    this.#path = join(dir, ".journal.json");
  }

  /** The one of this move; null when that has none. */
  async load(move: Pick<Move, "previous" | "next">): Promise<Journal | null> {
    const journal = await this.newest();
    return journal && journal.previous === move.previous && journal.next === move.next ? journal : null;
  }

  /** Whichever it is of. */
  async newest(): Promise<Journal | null> {
    const journal = jsonOrNull((await readTextIfThere(this.#path)) ?? "") as Journal | null;
    return typeof journal?.next === "string" && Array.isArray(journal.back) ? journal : null;
  }

  async save(journal: Journal): Promise<void> {
    await writeFileDurably(this.#path, `${JSON.stringify(journal)}\n`, 0o600);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
    await syncFolder(this.#dir);
  }
}
