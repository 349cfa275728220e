import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { systemError, UpdateError } from "../error.ts";
import { isMissing } from "./atomic-file.ts";

/** What another user has put there may be a FIFO, whose open would wait for ever, or a link to anywhere. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * A file that another user may have put there, for reading. Throws UpdateError `state_damaged` for a link, a FIFO, a
 * device or a folder, and what the system says for all else, a missing one included.
 */
export async function openUntrusted(path: string): Promise<FileHandle> {
  const file = await open(path, FLAGS).catch((error) => {
    throw isIrregular(error) ? irregular(path, error) : error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw irregular(path);
}

/**
 * All of such a file, or null when there is none. One that grows meanwhile is read as long as it was. Read at once: five
 * trips through the thread pool take longer than a small file. Throws UpdateError `too_large` for more than `maxBytes`,
 * `state_damaged` for anything but a regular file.
 */
export async function readUntrusted(path: string, maxBytes: number): Promise<Buffer | null> {
  let file: number | null = null;
  try {
    file = openSync(path, FLAGS);
    const stat = fstatSync(file);
    if (!stat.isFile()) throw irregular(path);
    if (stat.size > maxBytes) throw new UpdateError("too_large", `${path} is larger than ${maxBytes} bytes.`, { path });
    return readFrom(file, stat.size);
  } catch (error) {
    if (isMissing(error)) return null;
    if (isIrregular(error)) throw irregular(path, error);
    throw systemError(error) ?? error;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** The file descriptor of such a file for reading; null when it is missing or anything but a regular file. */
export function openUntrustedSync(path: string): number | null {
  let file: number;
  try {
    file = openSync(path, FLAGS);
  } catch (error) {
    if (isMissing(error) || isIrregular(error)) return null;
    throw error;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  return null;
}

/** The first bytes of such a file, at most `maxBytes`; none when it is missing or anything but a regular file. */
export function readHeadSync(path: string, maxBytes: number): Buffer {
  const file = openUntrustedSync(path);
  if (file === null) return Buffer.alloc(0);
  try {
    return readFrom(file, Math.min(fstatSync(file).size, maxBytes));
  } finally {
    closeSync(file);
  }
}

/** The first `size` bytes, or as many as there are. */
function readFrom(file: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let done = 0; ; ) {
    const length = readSync(file, bytes, done, size - done, done);
    done += length;
    if (length === 0 || done === size) return bytes.subarray(0, done);
  }
}

/** ELOOP: it is a link. ENXIO: a socket, or a device that isn't there. */
function isIrregular(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ELOOP" || error.code === "ENXIO");
}

function irregular(path: string, cause?: unknown): UpdateError {
  return new UpdateError("state_damaged", `${path} is not a regular file. Remove it and try again.`, { path, cause });
}

/** More than any state file of ours, in bytes. */
const MOST_STATE_BYTES = 32 * 1024 * 1024;

/** The text of a state file that may be another user's, for those who only look; empty when it is missing or irregular. */
export function peekText(path: string): string {
  return readHeadSync(path, MOST_STATE_BYTES).toString("utf8");
}
