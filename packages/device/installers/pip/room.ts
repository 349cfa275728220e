import { UpdateError } from "../../error.ts";
import { fileSystemOf } from "../../preflight/file-system.ts";
import { assessSpace, type FileSystem } from "../../preflight/space.ts";
import { sizeWords } from "../../preflight/words.ts";
import type { Wheel } from "./wheel.ts";

/** More than the largest release for a small device unpacks to: what says it is larger is there to fill a disk. */
const MOST_BYTES = 8 * 1024 ** 3;
const MOST_FILES = 200_000;

type Measured = Pick<Wheel, "file" | "unpacked">;

/**
 * Looks whether wheels may be unpacked into a folder, before any of them is: a few kilobytes may grow to terabytes, and
 * root fills a disk to its last block. Throws UpdateError `archive_refused`, and `disk_full` with the numbers.
 *
 * @param into where they will lie; it need not be there yet
 */
export async function checkRoom(wheels: readonly Measured[], into: string, version: string): Promise<void> {
  const trouble = assessRoom(wheels, { path: into, on: await fileSystemOf(into), version });
  if (trouble) throw trouble;
}

/**
 * The same for a file that is about to be copied: one with holes takes nothing where it is, and all of its length here.
 * Throws UpdateError `disk_full`.
 */
export async function checkRoomToCopy(bytes: number, into: string, version: string): Promise<void> {
  const on = await fileSystemOf(into);
  const trouble =
    on && assessSpace([{ path: into, bytes, inodes: 1, purpose: "taking over what was built", on }], version);
  if (trouble) throw trouble;
}

/** Pure. Without a file system that one may look at, only what no release is as large as counts. */
export function assessRoom(
  wheels: readonly Measured[],
  { path, on, version }: { path: string; on: FileSystem | null; version: string },
): UpdateError | null {
  const bytes = wheels.reduce((sum, { unpacked }) => sum + unpacked.bytes, 0);
  const files = wheels.reduce((sum, { unpacked }) => sum + unpacked.files, 0);
  if (bytes > MOST_BYTES || files > MOST_FILES) {
    const [largest] = [...wheels].sort((a, b) => weight(b) - weight(a));
    const message = `What was built of ${version} would unpack to ${sizeWords(bytes)} in ${files} files, which is more than any release: most of it is ${largest?.file}. Nothing of it was unpacked.`;
    return new UpdateError("archive_refused", message, { version, needed_bytes: bytes, path: largest?.file ?? null });
  }
  return on && assessSpace([{ path, bytes, inodes: files, purpose: "unpacking what was built", on }], version);
}

/** How much of what is allowed one takes. */
function weight({ unpacked }: Measured): number {
  return Math.max(unpacked.bytes / MOST_BYTES, unpacked.files / MOST_FILES);
}
