import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StoredFile } from "../../builds/types.ts";
import { tryLock } from "../../flock.ts";
import { chunksOf } from "../chunks.ts";
import { isAbsent } from "../trouble.ts";
import type { Places } from "./places.ts";
import { syncFolder } from "./sync-folder.ts";

/** Tries, where others remove the build meanwhile. */
const MOST_TRIES = 5;

/**
 * Copies a build's files beside the store's own, waits until they are on the disk, reads them back, and moves all of them
 * in place at once. Copied, since what a builder made may still be written to by who made it.
 */
export async function putBuild(
  places: Places,
  at: { build: string; copy: string },
  files: readonly { name: string; path: string }[],
  signal: AbortSignal,
): Promise<StoredFile[]> {
  const incoming = places.newIncoming(at);
  // Nobody who tidies up looks at it before it is locked.
  const made = places.newHidden(at);
  try {
    await mkdir(made);
    await using atWork = await tryLock(made);
    if (atWork === null) throw new Error(`another process has locked ${made}`);
    await rename(made, incoming);
    const stored: StoredFile[] = [];
    for (const { name, path } of files) {
      const size = await copyIn(path, join(incoming, name), signal);
      stored.push(await readBack(incoming, name, size, signal));
    }
    await syncFolder(incoming);
    await moveIn(places, at, incoming, signal);
    return stored;
  } finally {
    await rm(made, { recursive: true, force: true });
    await rm(incoming, { recursive: true, force: true });
  }
}

/** @returns bytes */
async function copyIn(from: string, to: string, signal: AbortSignal): Promise<number> {
  // A link, planted in what a builder made, is no file of it; a pipe isn't waited for.
  await using source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (!(await source.stat()).isFile()) throw new Error(`${from} is no regular file`);
  await using target = await open(to, "wx");
  let size = 0;
  for await (const chunk of chunksOf(source, signal)) {
    await target.writeFile(chunk);
    size += chunk.length;
  }
  await target.sync();
  return size;
}

/** What counts is what the disk gives back, not what it was given. */
async function readBack(folder: string, name: string, written: number, signal: AbortSignal): Promise<StoredFile> {
  await using file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunksOf(file, signal)) {
    hash.update(chunk);
    size += chunk.length;
  }
  if (size !== written) throw new Error(`${name} has ${size} bytes in the store, not ${written}`);
  return { name, size, sha256: hash.digest("hex") };
}

async function moveIn(
  places: Places,
  { build, copy }: { build: string; copy: string },
  incoming: string,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const folder = await places.makeBuild(build);
    try {
      await rename(incoming, join(folder, copy));
      return await syncFolder(folder);
    } catch (error) {
      // Somebody has removed the build between both.
      if (!isAbsent(error) || tries === MOST_TRIES) throw error;
    }
  }
}
