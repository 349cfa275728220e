import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { systemError, UpdateError } from "../../error.ts";
import { isMissing } from "../../store/atomic-file.ts";
import { openUntrusted } from "../../store/untrusted-file.ts";
import { shown, watchHeaders } from "./tar-headers.ts";
import { unzstd, type ZstdWay, zstdWay } from "./zstd.ts";
import { FrameWatch } from "./zstd-frame.ts";

export type BundleEntry = ParsedTarEntry;

export interface BundleReading {
  path: string;
  /** What the bundle is called in errors. */
  name: string;
  /** More bytes than this in the bundle itself, or once it is decompressed (headers and padding included), are refused. */
  limits: { bundleBytes: number; tarBytes: number };
  signal: AbortSignal;
  /** How zstd is read. Default: as this device can. */
  zstd?: ZstdWay;
  /** Bytes of the bundle read so far, and of all of it. */
  onBytes?: (done: number, total: number) => void;
}

/** Measured: half of these takes a fifth longer, twice as much costs 20 MB more memory at the peak. */
const READ_BYTES = 64 * 1024;
const GUNZIP_BYTES = 256 * 1024;

/**
 * Reads a bundle (`.tar.gz`, `.tar.zst` or `.tar`, by its first bytes) once, front to back, and hands over its entries in order.
 * Gives the sha256 of the very bytes that were unpacked, so a file changed since its verification is noticed.
 * The next entry is read when `onEntry` is done; content it leaves unread is skipped. Memory stays bounded.
 *
 * Throws UpdateError `state_damaged` (anything but a regular file), `archive_refused` (damaged, cut off, too large,
 * anything but zeros after the end, an entry type that doesn't belong in a release), `requires_unmet` (zstd on a device
 * that can't read it), `unpack_failed`, whatever `onEntry` throws, or the signal's reason.
 */
export async function readBundle(
  { path, name, limits, signal, zstd = zstdWay(), onBytes }: BundleReading,
  onEntry: (entry: BundleEntry) => Promise<void>,
): Promise<{ sha256: string; size: number }> {
  await using file = await openBundle(path, name);
  const { size: total } = await file.stat();
  const format = await formatOf(file).catch((error) => {
    throw worded(error, name);
  });
  const frames = format === "zstd" ? new FrameWatch() : null;
  const hash = createHash("sha256");
  const decoder = createTarDecoder({ strict: true });
  const writer = decoder.writable.getWriter();
  let size = 0;

  async function* raw() {
    for await (const chunk of chunksOf(file)) {
      size += chunk.length;
      if (size > limits.bundleBytes)
        throw damaged(name, `is larger than the ${limits.bundleBytes} bytes its manifest states`);
      hash.update(chunk);
      onBytes?.(size, total);
      if (frames) yield* frames.cut(chunk);
      else yield chunk;
    }
    frames?.end();
  }

  async function decode(tar: AsyncIterable<Buffer>) {
    const watch = watchHeaders();
    let bytes = 0;
    for await (const chunk of tar) {
      bytes += chunk.length;
      if (bytes > limits.tarBytes) throw damaged(name, "unpacks to more than its manifest states");
      watch(chunk);
      await writer.write(chunk);
    }
    await writer.close();
  }

  async function hand() {
    for await (const entry of decoder.readable) {
      // The size in a pax record overrides the header's, which is the one that was watched. Only files over 8 GiB need it.
      if (entry.header.pax?.size !== undefined)
        throw damaged(name, `has an overlong entry: ${shown(entry.header.name)}`);
      await onEntry(entry);
      if (!entry.body.locked) await entry.body.cancel();
    }
  }

  const gunzip = format === "gzip" ? createGunzip({ chunkSize: GUNZIP_BYTES }) : null;
  const unpacking = gunzip ?? (format === "zstd" ? unzstd(zstd, signal) : passOn);
  const feeding = pipeline(raw, unpacking as typeof passOn, decode, { signal });
  feeding.catch((error) => writer.abort(error).catch(() => {}));
  // Either side ends the other when it fails. Wait for both: once this is over nothing writes any more.
  const [handed, fed] = await Promise.allSettled([hand(), feeding]);
  signal.throwIfAborted();
  if (handed.status === "rejected") throw worded(handed.reason, name);
  if (fed.status === "rejected") throw worded(fed.reason, name);
  if (gunzip && gunzip.bytesWritten !== size) throw damaged(name, "has bytes after its end");
  return { sha256: hash.digest("hex"), size };
}

async function openBundle(path: string, name: string): Promise<FileHandle> {
  try {
    return await openUntrusted(path);
  } catch (error) {
    throw isMissing(error) ? unreadable(name, error) : worded(error, name);
  }
}

async function formatOf(file: FileHandle): Promise<"gzip" | "zstd" | "tar"> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  const magic = buffer.toString("hex", 0, bytesRead);
  return magic.startsWith("1f8b") ? "gzip" : magic === "28b52ffd" ? "zstd" : "tar";
}

function passOn(tar: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return tar;
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  while (true) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

function damaged(name: string, why: string, cause?: unknown): UpdateError {
  const detail = cause instanceof Error ? cause.message : null;
  return new UpdateError("archive_refused", `The bundle ${name} ${why}.`, { path: name, detail, cause });
}

/** Errors of the system, of gunzip and of the tar decoder, as ours. */
function worded(error: unknown, name: string): UpdateError {
  if (error instanceof UpdateError) return error;
  if (error instanceof Error && "syscall" in error) return systemError(error) ?? unreadable(name, error);
  return damaged(name, "is damaged or isn't a tar, tar.gz or tar.zst archive", error);
}

function unreadable(name: string, cause: unknown): UpdateError {
  const detail = cause instanceof Error ? cause.message : null;
  return new UpdateError("unpack_failed", `The bundle ${name} could not be read.`, { path: name, detail, cause });
}
