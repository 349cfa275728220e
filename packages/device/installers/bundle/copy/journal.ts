import type { InstalledRecord } from "../../../store/installed.ts";
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
