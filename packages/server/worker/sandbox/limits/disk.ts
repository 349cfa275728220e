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
    return new DiskUse(folders, limit, isEmpty ? 0 : ((await count(folders, signal)) ?? 0), taken);
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
    const isUnexplained = guess > this.#limit && counted - this.#before <= this.#limit;
    this.#counted = counted - this.#before + (isUnexplained ? await namelessBytes(members()) : 0);
    this.#takenAtCount = taken;
    return this.#counted > this.#limit;
  }
}

/** Of the disk, by everybody, in bytes. */
async function takenOf([folder = "/"]: readonly string[]): Promise<number> {
  const { blocks, bfree, bsize, files, ffree } = await statfs(folder);
  return (blocks - bfree) * bsize + (files - ffree) * INODE_BYTES;
}

/** Null when it takes too long. */
async function count(folders: readonly string[], signal: AbortSignal): Promise<number | null> {
  // Whatever changes while they are counted makes du complain and end with 1.
  const totals = await Promise.all(
    [["-B1"], ["--inodes"]].map(async (options) => {
      const { code, stdout } = await quick(["du", "-s", "-c", "-x", ...options, "--", ...folders], {
        timeoutMs: 30_000,
        signal,
      });
      return code === null ? null : Number(/(\d+)\ttotal\n$/.exec(stdout.toString())?.[1] ?? 0);
    }),
  );
  const [bytes, inodes] = totals;
  return bytes == null || inodes == null ? null : bytes + inodes * INODE_BYTES;
}
