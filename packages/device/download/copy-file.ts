import { createHash } from "node:crypto";
import { type FileHandle, open, realpath, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { systemError } from "../error.ts";
import { ensureFolder, syncFolder } from "../store/atomic-file.ts";
import { openUntrusted } from "../store/untrusted-file.ts";
import type { Downloaded, DownloadOptions } from "./download-file.ts";
import { capOf, mismatch, tooLong, tooShort } from "./file-trouble.ts";
import { isThere } from "./hash-file.ts";
import { localTrouble } from "./local-trouble.ts";
import { ignoreMissing } from "./part-sidecar.ts";
import { TransferMeter } from "./transfer-meter.ts";

const CHUNK_BYTES = 256 * 1024;

export type CopyOptions = Pick<DownloadOptions, "url" | "to" | "size" | "sha256" | "clock" | "onProgress" | "signal">;

/**
 * As `downloadFile`, from a folder of this device: `url` begins with file://. Whoever calls sees to it that this file may
 * be read. Not continued: a copy that was interrupted begins again. Throws UpdateError `offline` when the file isn't
 * there, `state_damaged` for anything but a regular file, else as `downloadFile`.
 */
export async function copyFile(options: CopyOptions): Promise<Downloaded> {
  const { url, to, size, sha256, clock, signal, onProgress = () => undefined } = options;
  const meter = new TransferMeter(size, clock, onProgress);
  try {
    if (sha256 !== null && size !== null && (await isThere(options, signal))) {
      meter.begin(size);
      meter.end(size);
      return { sha256, size, received: 0 };
    }
    const from = fileURLToPath(url);
    const source = await realpath(from)
      .then(openUntrusted)
      .catch((error) => {
        throw localTrouble(error, from);
      });
    await using _source = source;
    await ensureFolder(dirname(to));
    const copied = await copyTo(`${to}.part`, { source, from, meter, options });
    await rename(`${to}.part`, to);
    await syncFolder(dirname(to));
    meter.end(copied.size);
    return { ...copied, received: 0 };
  } catch (error) {
    await unlink(`${to}.part`).catch(ignoreMissing);
    signal.throwIfAborted();
    throw systemError(error) ?? error;
  }
}

async function copyTo(
  path: string,
  { source, from, meter, options }: { source: FileHandle; from: string; meter: TransferMeter; options: CopyOptions },
): Promise<{ sha256: string; size: number }> {
  const stated = (await source.stat()).size;
  if (stated > capOf(options)) throw tooLong(from, options);
  if (stated < (options.size ?? 0)) throw tooShort(from, options, `expected ${options.size} bytes, got ${stated}`);
  await using file = await open(path, "w", 0o644);
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  meter.begin(0, stated);
  for (let size = 0; ; ) {
    options.signal.throwIfAborted();
    const { bytesRead } = await source.read(chunk, 0, chunk.length, size).catch((error) => {
      throw localTrouble(error, from);
    });
    if (bytesRead === 0) {
      const sha256 = hash.digest("hex");
      if (size < (options.size ?? 0)) throw tooShort(from, options, `expected ${options.size} bytes, got ${size}`);
      if (options.sha256 !== null && options.sha256 !== sha256) {
        throw mismatch(from, `expected sha256 ${options.sha256}, got ${sha256}`);
      }
      await file.sync();
      return { sha256, size };
    }
    // It may have grown since it was measured.
    if (size + bytesRead > capOf(options)) throw tooLong(from, options);
    hash.update(chunk.subarray(0, bytesRead));
    await file.appendFile(chunk.subarray(0, bytesRead));
    size += bytesRead;
    meter.update(size);
  }
}
