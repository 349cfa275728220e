import { createHash } from "node:crypto";
import { chmodSync, closeSync, constants, fchmodSync, mkdirSync, openSync, symlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { systemError, UpdateError } from "../../error.ts";
import type { Tree } from "./tree.ts";

const FOLDER_MODE = 0o755;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** Makes `into`, which must not exist, and every folder of the tree in it. */
export function makeFolders(into: string, tree: Tree): void {
  for (const folder of ["", ...tree.folders]) {
    const path = join(into, folder);
    onDisk(path, () => {
      mkdirSync(path);
      chmodSync(path, FOLDER_MODE); // whatever the umask
    });
  }
}

/**
 * Writes a new file and gives its sha256 in hexadecimal. It calls the system without the detour through the thread pool:
 * a write returns as soon as the page cache has it, and many small files take a fraction of the time.
 */
export async function writeFile(
  path: string,
  mode: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<string> {
  const hash = createHash("sha256");
  const fd = onDisk(path, () => openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      onDisk(path, () => writeAll(fd, chunk));
    }
    onDisk(path, () => fchmodSync(fd, mode)); // last: writing would clear a setuid bit
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}

/** Makes the tree's links. Only when all files are written: then none can have gone through a link. */
export function makeLinks(into: string, tree: Tree): void {
  for (const entry of tree.entries.values()) {
    if (!("link" in entry)) continue;
    const path = join(into, entry.path);
    onDisk(path, () => symlinkSync(entry.link, path));
  }
}

function writeAll(fd: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
}

function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw (
      systemError(error) ??
      new UpdateError("unpack_failed", `${path} could not be written.`, { path, detail, cause: error })
    );
  }
}
