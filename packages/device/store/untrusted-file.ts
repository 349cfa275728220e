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
 * All of such a file, or null when there is none. One that grows meanwhile is read as long as it was. Throws UpdateError
 * `too_large` for more than `maxBytes`, `state_damaged` for anything but a regular file.
 */
export async function readUntrusted(path: string, maxBytes: number): Promise<Buffer | null> {
  try {
    await using file = await openUntrusted(path);
    const { size } = await file.stat();
    if (size > maxBytes) throw new UpdateError("too_large", `${path} is larger than ${maxBytes} bytes.`, { path });
    const bytes = Buffer.alloc(size);
    for (let done = 0; ; ) {
      const { bytesRead } = await file.read(bytes, done, size - done, done);
      done += bytesRead;
      if (bytesRead === 0 || done === size) return bytes.subarray(0, done);
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw systemError(error) ?? error;
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
    const bytes = Buffer.alloc(Math.min(fstatSync(file).size, maxBytes));
    for (let done = 0; ; ) {
      const length = readSync(file, bytes, done, bytes.length - done, done);
      done += length;
      if (length === 0 || done === bytes.length) return bytes.subarray(0, done);
    }
  } finally {
    closeSync(file);
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
