import { statfs } from "node:fs/promises";
import { quick } from "../quick.ts";
import { namelessBytes } from "./nameless.ts";

/** A file without content takes one too. */
const INODE_BYTES = 4096;

/** However little seems to have changed: somebody else may have freed what the build took. */
const AT_LEAST_EVERY_MS = 5_000;

/** Counting takes at most this part of the time. */
const SHARE = 1 / 20;

/**
 * How much a build has written. Counting its files costs too much to do it ten times a second, a quota or a file system of its own needs
 * more rights and couldn't be renamed out of; so what the whole disk lost since the last count is looked at (one system call), and the
 * files are counted only when that could be over the limit, and every few seconds. In between, a build can be over by what the disk takes
 * in a tenth of a second; a single file can't, by RLIMIT_FSIZE.
 */
export class DiskUse {
  readonly #folders: readonly string[];
  readonly #limit: number;
  readonly #before: number;
  #counted = 0;
  #takenAtCount: number;
  #nextCount = performance.now() + AT_LEAST_EVERY_MS;

  private constructor(folders: readonly string[], limit: number, before: number, taken: number) {
    this.#folders = folders;
    this.#limit = limit;
    this.#before = before;
    this.#takenAtCount = taken;
  }

  /** What is in `folders` now is none of the build's. Where they are empty, that needn't be counted. */
  static async create(
    folders: readonly string[],
    { limit, isEmpty, signal }: { limit: number; isEmpty: boolean; signal: AbortSignal },
  ): Promise<DiskUse> {
    const taken = await takenOf(folders);
    return new DiskUse(folders, limit, isEmpty ? 0 : ((await count(folders, signal))?.bytes ?? 0), taken);
  }

  /**
   * @param members of the build, who may hold files open that have no name any more
   * @param mustCount whatever the disk says
   */
  async isOver(members: () => readonly number[], signal: AbortSignal, mustCount = false): Promise<boolean> {
    const taken = await takenOf(this.#folders);
    const guess = this.#counted + Math.max(0, taken - this.#takenAtCount);
    if (!mustCount && guess <= this.#limit && performance.now() < this.#nextCount) return false;
    const start = performance.now();
    const counted = await count(this.#folders, signal);
    const end = performance.now();
    this.#nextCount = end + Math.max(AT_LEAST_EVERY_MS, (end - start) / SHARE);
    // So many files that they can't be counted in time are no build's.
    if (counted === null) return true;
    const found = counted.bytes - this.#before;
    const isUnexplained = guess > this.#limit && found <= this.#limit;
    this.#counted = found + (isUnexplained ? await namelessBytes(members(), "disk") : 0);
    // Who hides files has whatever the disk has lost.
    if (counted.isHiding) this.#counted = Math.max(this.#counted, guess);
    this.#takenAtCount = taken;
    return this.#counted > this.#limit;
  }
}

/** Of the disk, by everybody, in bytes. */
async function takenOf([folder = "/"]: readonly string[]): Promise<number> {
  const { blocks, bfree, bsize, files, ffree } = await statfs(folder);
  return (blocks - bfree) * bsize + (files - ffree) * INODE_BYTES;
}

interface Counted {
  bytes: number;
  /** Some folders let nobody in. */
  isHiding: boolean;
}

/** Null when it takes too long. */
async function count(folders: readonly string[], signal: AbortSignal): Promise<Counted | null> {
  const totals = await Promise.all([["-B1"], ["--inodes"]].map((options) => total(options, folders, signal)));
  const [bytes, inodes] = totals;
  if (bytes == null || inodes == null) return null;
  return { bytes: bytes.total + inodes.total * INODE_BYTES, isHiding: bytes.isHiding || inodes.isHiding };
}

async function total(
  options: readonly string[],
  folders: readonly string[],
  signal: AbortSignal,
): Promise<{ total: number; isHiding: boolean } | null> {
  const du = ["du", "-s", "-c", "-x", ...options, "--", ...folders];
  // A folder of our own that lets nobody in lets in the root of a namespace of ours.
  const ways = process.geteuid?.() === 0 ? [du] : [["unshare", "--user", "--map-root-user", ...du], du];
  for (const argv of ways) {
    const { code, stdout, stderr } = await quick(argv, { timeoutMs: 30_000, signal });
    if (code === null) return null;
    // Whatever changes while they are counted makes du complain and end with 1.
    const found = /(\d+)\ttotal\n$/.exec(stdout.toString())?.[1];
    if (found === undefined) continue;
    return { total: Number(found), isHiding: stderr.includes("Permission denied") || stderr.length > MUCH };
  }
  return { total: 0, isHiding: true };
}

/** So many characters of complaints may have others behind them that aren't read. */
const MUCH = 1_000;
