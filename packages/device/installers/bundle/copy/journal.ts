import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Move } from "@pawl/protocol";
import { readTextIfThere, syncFolder, writeFileDurably } from "../../../store/atomic-file.ts";
import type { InstalledRecord } from "../../../store/installed.ts";
import { jsonOrNull } from "../../../store/record.ts";
import type { Place } from "./place.ts";
import type { Mark } from "./standing.ts";

/** One change to the device, and what takes it back. */
export interface Op extends Place {
  /** What is put there: a path in the next tree's files. Null: what is there goes. */
  from: string | null;
  /** Set when this is a copy of somebody's file that the release replaces, below `root`; `from` is in the previous tree then. */
  asideOf?: string;
  want: Mark | null;
  /** What was there: a path in the previous tree's files. Null: nothing. */
  back: string | null;
  was: Mark | null;
  wasMode: number | null;
  /** Config and kept files: only when nobody has written there since, in both directions. */
  isCareful: boolean;
}

/** A folder that the switch may remove because nothing is left in it. */
export interface LeavingFolder extends Place {
  mode: number;
  uid: number;
  gid: number;
}

/** What a switch does, written before its first change. It is done again or undone by this, whatever the power does. */
export interface Journal {
  previous: string | null;
  next: string;
  /** In the names of what waits beside its place. */
  token: string;
  /** Where each op's new file waits, in the same order. Null: it has none. */
  waiting: (Place | null)[];
  ops: Op[];
  /** Folders that weren't there, those above first. */
  made: Place[];
  /** The same for what lies above mapped folders. */
  madeAbove: string[];
  leaving: LeavingFolder[];
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
    return typeof journal?.next === "string" && Array.isArray(journal.ops) ? journal : null;
  }

  async save(journal: Journal): Promise<void> {
    await writeFileDurably(this.#path, `${JSON.stringify(journal)}\n`, 0o600);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
    await syncFolder(this.#dir);
  }
}
