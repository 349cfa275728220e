import { closeSync, constants, openSync, readdirSync, readFileSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Replaces a file so that after a power cut there is either the old content or the new, never half of one:
 * temp file beside it, fsync, rename, fsync of the folder. The temp name is fixed (`<path>.tmp`): a file has one writer.
 */
export async function writeFileDurably(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  await writeFileWhole(path, data, mode);
  await syncFolder(dirname(path));
}

/** The same, but a power cut may bring the old content back, whole: for what costs nothing to lose. */
export async function writeFileWhole(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  await replaceFile(path, data, mode, true);
}

/**
 * Replaces a file without waiting for the disk, which wears cards and takes time. After a power cut there may be anything:
 * only for what is checked when it is read and can be had again.
 */
export async function writeCacheFile(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  await replaceFile(path, data, mode, false);
}

async function replaceFile(path: string, data: string | Uint8Array, mode: number, isSynced: boolean): Promise<void> {
  const temp = `${path}.tmp`;
  const file = await openNew(temp, mode);
  try {
    await file.writeFile(data);
    if (isSynced) await file.sync();
  } finally {
    await file.close();
  }
  await rename(temp, path);
}

/** What a dead process has left under that name goes, whatever it is: it is never written to. */
async function openNew(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, "wx", mode);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  await unlink(path).catch(ignoreMissing);
  return open(path, "wx", mode);
}

/** Makes renames, new names and removals in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Adds one line to a file and waits until it is on the disk; the file's own name too when it is new. */
export async function appendLineDurably(path: string, line: string, mode = 0o644): Promise<void> {
  let file: FileHandle;
  let isNew = false;
  try {
    file = await open(path, "r+");
  } catch (error) {
    if (!isMissing(error)) throw error;
    file = await open(path, "wx", mode);
    isNew = true;
  }
  try {
    const { size } = await file.stat();
    // A power cut may have left half a line: end it, so that this one stands alone.
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const prefix = size > 0 && last[0] !== 0x0a ? "\n" : "";
    await file.write(`${prefix}${line}\n`, size);
    await file.sync();
  } finally {
    await file.close();
  }
  if (isNew) await syncFolder(dirname(path));
}

/** A file's text, or null when there is none; read as `readIfThere` does. */
export async function readTextIfThere(path: string): Promise<string | null> {
  return readIfThere(path)?.toString("utf8") ?? null;
}

/**
 * What is in a file, or null when there is none. Read at once: what Pawl keeps is small, and four trips through the thread
 * pool take longer than the file. Of a FIFO, whose end nobody knows, only what is there.
 */
export function readIfThere(path: string): Buffer | null {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return readFileSync(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** What a folder has, in no order; nothing when there is none. Read at once, as `readIfThere` does. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A folder with every folder above it that is missing. Those that are there keep their modes. */
export async function ensureFolder(path: string, mode = 0o755): Promise<void> {
  await mkdir(path, { recursive: true, mode });
}

/** Whether an error says that a file, or a folder on the way to it, isn't there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
