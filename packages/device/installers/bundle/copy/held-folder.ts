import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UpdateError } from "../../../error.ts";
import { ensureFolder, isMissing } from "../../../store/atomic-file.ts";
import { isRoot } from "./owner.ts";
import { type Place, pathOf } from "./place.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** What a folder gets when it is made. */
export interface FolderLikeness {
  mode: number;
  uid: number;
  gid: number;
}

/**
 * The folder of one place at a time, held open: a name in it is reached through `/proc/self/fd`, so that nobody who may
 * write there leads root elsewhere by a link, not even between two of our steps (openat(2), which Node doesn't have).
 */
export class HeldFolder implements AsyncDisposable {
  readonly #likenesses: ReadonlyMap<string, FolderLikeness>;
  #held: { path: string; handle: FileHandle } | null = null;

  /** @param likenesses by path: what folders get that root makes; all others belong to whom the folder above belongs */
  constructor(likenesses: ReadonlyMap<string, FolderLikeness> = new Map()) {
    this.#likenesses = likenesses;
  }

  /** A path by which to reach a place. Null when its folder isn't there, or something else is in its stead. */
  async reach(place: Place): Promise<string | null> {
    const path = dirname(pathOf(place));
    if (this.#held?.path !== path) {
      await this[Symbol.asyncDispose]();
      const handle = await named(place, openFolder(place.root, namesAbove(place)));
      if (handle === null) return null;
      this.#held = { path, handle };
    }
    return join(inFolder(this.#held.handle), place.inside.split("/").at(-1) ?? "");
  }

  /** The same, with the folders that are missing made. Throws UpdateError `not_writable` when something is in their way. */
  async make(place: Place): Promise<string> {
    return named(place, this.#make(place));
  }

  async #make(place: Place): Promise<string> {
    const there = await this.reach(place);
    // The power may have failed between a folder and what it was to get.
    if (there !== null && this.#likenesses.size === 0) return there;
    await ensureFolder(place.root);
    const above = namesAbove(place);
    for (let depth = 1; depth <= above.length; depth++) {
      const names = above.slice(0, depth);
      await makeFolder(place.root, names, this.#likenesses.get(join(place.root, ...names)));
    }
    const made = await this.reach(place);
    if (made === null) throw inTheWay(dirname(pathOf(place)));
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const held = this.#held;
    this.#held = null;
    await held?.handle.close();
  }
}

/** What a person knows by its name is reported by its name. */
export async function named<T>(place: Place, work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    if (error instanceof Error && "syscall" in error) Object.assign(error, { path: pathOf(place) });
    throw error;
  });
}

async function makeFolder(root: string, names: readonly string[], like?: FolderLikeness): Promise<void> {
  const parent = await openFolder(root, names.slice(0, -1));
  if (parent === null) throw inTheWay(join(root, ...names));
  try {
    const path = join(inFolder(parent), names.at(-1) ?? "");
    const isNew = await isMade(path);
    if (!isRoot() || (!isNew && like === undefined)) return;
    const isGiven = await giveIfFresh(path, like ?? (await parent.stat()), like?.mode);
    if (isNew && !isGiven) throw inTheWay(join(root, ...names));
  } finally {
    await parent.close();
  }
}

/** Makes a folder; false when the name is taken. */
async function isMade(path: string): Promise<boolean> {
  return mkdir(path, 0o755).then(
    () => true,
    (error) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}

/**
 * Gives an empty folder of root's away, and nothing else that somebody may have put in its place: whoever could do that
 * could have removed an empty one, too. False when there is none.
 */
async function giveIfFresh(path: string, { uid, gid }: { uid: number; gid: number }, mode?: number): Promise<boolean> {
  const made = await openRealFolder(path);
  if (made === null) return false;
  try {
    if ((await made.stat()).uid !== 0 || (await readdir(inFolder(made))).length > 0) return false;
    // The owner last: until then it is known again as one of root's.
    if (mode !== undefined) await made.chmod(mode);
    await made.chown(uid, gid);
    return true;
  } finally {
    await made.close();
  }
}

async function openFolder(root: string, names: readonly string[]): Promise<FileHandle | null> {
  let handle = await openOne(root, O_RDONLY | O_DIRECTORY);
  for (const name of names) {
    if (handle === null) return null;
    const above: FileHandle = handle;
    try {
      handle = await openRealFolder(join(inFolder(above), name));
    } finally {
      await above.close();
    }
  }
  return handle;
}

/** A folder, and no link to one; null when there is none. */
export async function openRealFolder(path: string): Promise<FileHandle | null> {
  return openOne(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

async function openOne(path: string, flags: number): Promise<FileHandle | null> {
  return open(path, flags).catch((error) => {
    // ENOTDIR and ELOOP: it is a file or a link.
    if (isMissing(error) || (error instanceof Error && "code" in error && error.code === "ELOOP")) return null;
    throw error;
  });
}

function inFolder(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

function namesAbove({ inside }: Place): string[] {
  return inside.split("/").slice(0, -1);
}

function inTheWay(path: string): UpdateError {
  const message = `${path} has to be a folder, and isn't one: something else is in its place. Move that away and try again.`;
  return new UpdateError("not_writable", message, { path });
}
