import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StoredFile } from "../../builds/types.ts";
import { chunksOf } from "../chunks.ts";
import { codeOf, isAbsent } from "../trouble.ts";
import type { Places } from "./places.ts";
import { syncFolder } from "./sync-folder.ts";

/** Tries, where several put the same build at once. */
const MOST_TRIES = 5;

/**
 * Copies a build's files beside the store's own, waits until they are on the disk, reads them back, and moves all of them
 * in place at once. Copied, since what a builder made may still be written to by who made it. A second put of the same files
 * changes nothing; one of other files takes the place of the first: of that nobody was told, or there would be no second one.
 */
export async function putBuild(
  places: Places,
  build: string,
  files: readonly { name: string; path: string }[],
  signal: AbortSignal,
): Promise<readonly StoredFile[]> {
  const incoming = places.newIncoming(build);
  try {
    await mkdir(incoming);
    const stored: StoredFile[] = [];
    for (const { name, path } of files) {
      const size = await copyIn(path, join(incoming, name), signal);
      stored.push(await readBack(incoming, name, size, signal));
    }
    await syncFolder(incoming);
    await moveIn(places, build, { incoming, stored }, signal);
    return stored;
  } finally {
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
  build: string,
  { incoming, stored }: { incoming: string; stored: readonly StoredFile[] },
  signal: AbortSignal,
): Promise<void> {
  const shard = await places.makeShard(build);
  for (let tries = 0; !(await isMovedIn(places, build, incoming)); tries++) {
    if (await holds(places.build(build), stored, signal)) break;
    if (tries === MOST_TRIES) throw new Error("others put the same build over and over");
    signal.throwIfAborted();
    const removed = places.newRemoved(build);
    await rename(places.build(build), removed).catch(ignoreAbsent);
    await rm(removed, { recursive: true, force: true });
  }
  await syncFolder(shard);
}

/** False where there is one already. @throws store_failed for a link in its place */
async function isMovedIn(places: Places, build: string, incoming: string): Promise<boolean> {
  if (await places.has(build)) return false;
  try {
    await rename(incoming, places.build(build));
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOTEMPTY" || codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Whether these very files are there, and no others. */
async function holds(folder: string, stored: readonly StoredFile[], signal: AbortSignal): Promise<boolean> {
  // Somebody else may have taken them away meanwhile.
  const names = await readdir(folder).catch(ignoreAbsent);
  if (names?.length !== stored.length) return false;
  for (const { name, size, sha256 } of stored) {
    const found = await readBack(folder, name, size, signal).catch(() => null);
    signal.throwIfAborted();
    if (found?.sha256 !== sha256) return false;
  }
  return true;
}

function ignoreAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}
