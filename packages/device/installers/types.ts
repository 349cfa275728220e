import type { Commit, Installed, Manifest, Move, Update } from "@pawl/protocol";
import type { Advance } from "../update/progress.ts";

/** What a step may tell while it works. */
export interface Report {
  line(text: string, level?: "info" | "warn" | "error"): void;
  advance(advance: Advance): void;
}

/** A release that is to be put in place: its manifest is verified, its bundle not yet. */
export interface Staging {
  update: Update;
  manifest: Manifest;
  manifestBytes: Uint8Array;
  bundlePath: string;
}

/** A whole release on this device, by its own word. `tree` names it for a Move. */
export interface InPlace extends Pick<Installed, "version" | "manifest_sha256"> {
  /** The commit it was made from, where it was made from one and that is known. */
  commit?: Commit | null;
  tree: string;
}

/** Room for something on the file system that holds `path`, which may not exist yet. */
export interface Need {
  path: string;
  bytes: number;
  /** Files and folders. */
  inodes: number;
  /** `the download`, `unpacking`, `the backup`: what it is for, in the sentence that says it isn't there. */
  purpose: string;
  /** Has to be writable for whoever applies updates. */
  writable: boolean;
}

/** An earlier release that one can go back to. */
export interface Backup extends InPlace {
  path: string;
}

/**
 * How a release is put in place and taken back. Every method may run twice, because power may fail after any line;
 * one that throws has changed nothing that runs. Errors: UpdateError with the code of the step.
 */
export interface Installer {
  /**
   * Finishes or puts back what a dead process left half moved, before anything else is done and any service is started.
   * Throws when it can do neither: whatever is under way has to wait.
   */
  settleDisk(): Promise<void>;
  /**
   * For when the record of what was under way is lost: the switch that the disk says was begun and never came to its end;
   * null when there is none. Going back from it, `switchBack`, brings back what counts as installed. Reads only.
   */
  unrecorded(): Promise<Move | null>;
  /** What the device has now; null before the first release. Reads only. */
  current(): Promise<InPlace | null>;
  /** Earlier releases on disk, the one to go back to first. Reads only. */
  backups(): Promise<Backup[]>;
  /** Every whole release on disk but the one in place, whether one can go back to it or not. Reads only. */
  kept(): Promise<InPlace[]>;
  /** Reads a kept release again. Throws `hash_mismatch` when it isn't what it was when it was installed. */
  verifyKept(move: Move, signal: AbortSignal): Promise<void>;
  /** What a tree of a move was made from; null when it has lost its manifest. Reads only. */
  manifest(tree: string): Promise<Manifest | null>;
  /** The disk space an install takes, before any of it is taken. Reads only. */
  needs(manifest: Manifest): Promise<Need[]>;
  /** Unpacks and verifies a release beside the running one and makes it durable. */
  stage(staging: Staging, report: Report, signal: AbortSignal): Promise<Move>;
  /**
   * Makes what stands in the place of a first release the tree `move.previous`, which one can go back to. Called for
   * moves that adopt. What must not happen under running services is done inside `whileStopped`. Gives its version.
   */
  adopt(move: Move, report: Report, whileStopped: (work: () => Promise<void>) => Promise<void>): Promise<string>;
  /** Makes sure that the running release and everything anybody wrote into it can be had again. */
  backUp(move: Move, report: Report): Promise<void>;
  /** The one moment at which the device changes. */
  switchTo(move: Move, report: Report): Promise<void>;
  /** Undoes `switchTo`; true when the new release was in place. Throws `no_backup` when the earlier one is gone. */
  switchBack(move: Move, report: Report): Promise<boolean>;
  /** The old release's processes have ended: takes over what they wrote last. */
  settle(move: Pick<Move, "previous" | "next">, report: Report): Promise<void>;
  /** The release in place is the one that counts now; what nobody needs any more goes. The one it came from stays. */
  commit(move: Move, update: Update): Promise<void>;
  /** Removes what an update that ended before its switch left behind. */
  discard(update: Update, move: Move | null): Promise<void>;
}
