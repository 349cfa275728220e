import type { Run } from "../system/types.ts";

/** The device that is set up. Tests put a folder and made-up programs in its place. */
export interface Ground {
  /** What `/` is on the device itself. */
  root: string;
  run: Run;
  /** Of this process. Whoever isn't root is only told what would be done. */
  uid: number;
  /** The device file that runs now, as it was called. */
  self: string;
}

/** One thing that is there on a device that is set up. Each call looks at the device anew. */
export interface Thing {
  /** What making it does, as one would ask for it: "make the user pawl". */
  readonly does: string;
  /** What will be written, for whoever wants to see that first. */
  readonly text?: string;
  /** What removing it does, in the same way. */
  readonly undoes: string;
  /** Of the file that it writes. */
  readonly path?: string;
  /** `changed`: the files that are, or would be, written before it is its turn. */
  isDone(changed: ReadonlySet<string>): Promise<boolean>;
  /** May be interrupted and called again. Throws UpdateError with what to do. */
  make(signal: AbortSignal): Promise<void>;
  /** What becomes of it in a removal; null when it isn't there. `going`: the paths that will be gone by then. */
  fate(going: ReadonlySet<string>): Promise<Fate | null>;
  remove(signal: AbortSignal): Promise<void>;
}

export type Fate =
  | { is: "goes"; path?: string }
  /** It holds what belongs to the owner. `path` is where, `line` is what would remove it all the same. */
  | { is: "stays"; path: string; what: string; line: string };

export const GOES = { is: "goes" } as const;
