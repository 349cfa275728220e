import { constants } from "node:fs";
import { chmod, type FileHandle, mkdir, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UpdateError } from "../../error.ts";
import { kindAt } from "../bundle/layout.ts";
import { OpenFolder } from "../bundle/open-folder.ts";
import { writeFile } from "../bundle/tree-writer.ts";
import { checkRoomToCopy } from "./room.ts";
import type { Wheel } from "./wheel.ts";

/** More than the largest release on a small device consists of. */
const MOST_WHEELS = 2000;
const MOST_WHEEL_BYTES = 4 * 1024 ** 3;
const CHUNK_BYTES = 256 * 1024;

/** `<name>-<version>[-<build>]-<python>-<abi>-<platform>.whl` (binary distribution format). */
const WHEEL = /^[A-Za-z0-9][A-Za-z0-9._+!]*(?:-[A-Za-z0-9._+!]+){4,5}\.whl$/;

/**
 * Copies what somebody else has built into a folder of ours, which from then on nobody can change: regular files only, and
 * none through a link or under a name that leads elsewhere. Names that are there already are left out. Throws UpdateError
 * `disk_full` before the disk is full: root may fill it to its last block.
 */
export async function collectWheels(
  from: string,
  into: string,
  version: string,
  signal: AbortSignal,
): Promise<Pick<Wheel, "path" | "file" | "sha256">[]> {
  await mkdir(into, { recursive: true });
  // Whatever the umask: who checks them is somebody else.
  await chmod(into, 0o755);
  await using above = await OpenFolder.at(dirname(from));
  await using folder = (await above?.in(basename(from))) ?? null;
  if (!folder) return [];
  const names = (await folder.entries()).map(({ name }) => name).filter((name) => WHEEL.test(name));
  if (names.length > MOST_WHEELS) throw tooLarge(`It is made of ${names.length} wheels.`);
  const collected: Pick<Wheel, "path" | "file" | "sha256">[] = [];
  for (const file of names.sort()) {
    signal.throwIfAborted();
    const path = join(into, file);
    if ((await kindAt(path)) !== null) continue;
    await using handle = await open(
      folder.reach(file),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    const stats = await handle.stat();
    // Under a second name it could be a file of somebody else's.
    if (!stats.isFile() || stats.nlink !== 1)
      throw new UpdateError("pip_failed", `${file} is no file of its own.`, { path: file });
    if (stats.size > MOST_WHEEL_BYTES) throw tooLarge(`${file} has ${stats.size} bytes.`);
    await checkRoomToCopy(stats.size, into, version);
    const sha256 = await writeFile(path, 0o644, chunksOf(handle, stats.size, signal));
    collected.push({ path, file, sha256 });
  }
  return collected;
}

/** As much as it had when it was looked at: it may still grow. */
async function* chunksOf(handle: FileHandle, size: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    signal.throwIfAborted();
    const length = Math.min(CHUNK_BYTES, size - at);
    // Its length is said: Node 18 takes null for none.
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function tooLarge(detail: string): UpdateError {
  return new UpdateError("archive_refused", "What was built is larger than a release can be.", { detail });
}
