import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ensureFolder, isMissing } from "../../store/atomic-file.ts";
import { isRoot } from "./copy/owner.ts";
import { unlessGone } from "./shared-link.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** What is done to a folder's own owner, mode and times. */
export interface Attributes {
  uid: number;
  gid: number;
  mode: number;
  times?: { atime: Date; mtime: Date };
}

/**
 * A folder held open, whose names are reached through it: whoever may write there, or above it, can exchange names but
 * doesn't lead root out of it by a link. What is in the folder under a name may still change between two looks.
 */
export class OpenFolder implements AsyncDisposable {
  /** What a person knows it by. */
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** A folder that the device's owner named; a link leads to it. Null when there is none. */
  static async at(path: string): Promise<OpenFolder | null> {
    return OpenFolder.#open(path, path, O_RDONLY | O_DIRECTORY);
  }

  /** The same; made when it isn't there. */
  static async made(path: string): Promise<OpenFolder> {
    await ensureFolder(path);
    return new OpenFolder(path, await open(path, O_RDONLY | O_DIRECTORY));
  }

  static async #open(path: string, reached: string, flags: number): Promise<OpenFolder | null> {
    try {
      return new OpenFolder(path, await open(reached, flags));
    } catch (error) {
      // ENOTDIR and ELOOP: it is a file or a link.
      if (isMissing(error) || (error instanceof Error && "code" in error && error.code === "ELOOP")) return null;
      throw error;
    }
  }

  /** A folder in this one. Null when it isn't there, or something else is in its stead. */
  async in(name: string): Promise<OpenFolder | null> {
    return OpenFolder.#open(join(this.path, name), this.reach(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }

  /** A path by which to reach what is here under a name. */
  reach(name: string): string {
    return join(`/proc/self/fd/${this.#handle.fd}`, name);
  }

  async entries() {
    return readdir(this.reach("."), { withFileTypes: true });
  }

  async stats() {
    return this.#handle.stat();
  }

  /** Shuts out everybody else, with whatever they hold open. A process that may not do that has nobody to fear. */
  async take(): Promise<void> {
    if (isRoot()) await this.#handle.chown(process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
    await this.#handle.chmod(0o700);
  }

  /** The mode after the owner: a change of owner clears bits of it. */
  async give({ uid, gid, mode, times }: Attributes): Promise<void> {
    await this.#handle.chown(uid, gid);
    await this.#handle.chmod(mode & 0o7777);
    if (times) await this.#handle.utimes(times.atime, times.mtime);
  }

  /** Makes its names survive a power cut. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Removes whatever is at a path, with everything in it and nothing outside: `rm -r` by names would follow whoever exchanges them. */
export async function removeWhole(path: string): Promise<void> {
  await using folder = await OpenFolder.at(dirname(path));
  if (folder) await removeIn(folder, basename(path));
}

/** The same for a name in a folder. */
export async function removeIn(folder: OpenFolder, name: string): Promise<void> {
  const path = folder.reach(name);
  const stats = await unlessGone(lstat(path), null);
  if (stats === null) return;
  if (!stats.isDirectory()) return unlessGone(unlink(path), undefined);
  await using inner = await folder.in(name);
  for (const item of (await inner?.entries()) ?? []) if (inner) await removeIn(inner, item.name);
  await unlessGone(rmdir(path), undefined);
}
