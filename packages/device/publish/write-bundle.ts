import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Duplex, PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { createGzip } from "node:zlib";
import type { ManifestEntry, Sha256 } from "@pawl/protocol";
import { createTarPacker, type TarPackController } from "modern-tar";
import { UpdateError } from "../error.ts";
import { intoZstd, type ZstdWay, zstdWay } from "../installers/bundle/zstd.ts";
import { syncFolder } from "../store/atomic-file.ts";
import { unreachable } from "../update/unreachable.ts";
import { Pace } from "./pace.ts";
import type { TreeEntry } from "./walk.ts";

export interface BundleToWrite {
  dir: string;
  entries: readonly TreeEntry[];
  path: string;
  format: BundleFormat;
  /** Of every entry. */
  mtime: Date;
  /** How zstd is written. Default: as this machine can. */
  zstd?: ZstdWay;
  signal?: AbortSignal;
}

/** How a bundle may be packed; each is the end of its file's name. */
export const BUNDLE_FORMATS = ["tar.gz", "tar.zst", "tar"] as const;
export type BundleFormat = (typeof BUNDLE_FORMATS)[number];

export interface WrittenBundle {
  files: ManifestEntry[];
  size: number;
  sha256: Sha256;
  unpackedSize: number;
}

const CHUNK_BYTES = 64 * 1024;
const MAX_AHEAD_BYTES = 2 * CHUNK_BYTES;

/**
 * Writes a tree as a bundle that depends on nothing but names, links, contents and executable bits: no owner, no
 * clock, no umask. The same tree gives the same bytes (with the same Node, or the same program zstd). Every file is
 * read once, hashed on its way, and never held in memory. Atomic: temp file, fsync, rename. Throws UpdateError
 * `requires_unmet` where zstd can't be written.
 */
export async function writeBundle({ path, ...source }: BundleToWrite): Promise<WrittenBundle> {
  const temp = `${path}.tmp`;
  await rm(temp, { force: true });
  try {
    const written = await writeTo(temp, source);
    await rename(temp, path);
    await syncFolder(dirname(path));
    return written;
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
}

async function writeTo(temp: string, source: Omit<BundleToWrite, "path">): Promise<WrittenBundle> {
  await using out = await open(temp, "wx", 0o644);
  const { readable, controller } = createTarPacker();
  const pace = new Pace(MAX_AHEAD_BYTES);
  const hash = createHash("sha256");
  let size = 0;
  const storing = pipeline(
    // Its type is the browsers' where theirs are known, too.
    Readable.fromWeb(readable as ReadableStream<Uint8Array>),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        pace.taken(chunk.length);
        yield chunk;
      }
    },
    packing(source),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        size += chunk.length;
        await out.writeFile(chunk);
      }
    },
    { signal: source.signal },
  ).finally(() => pace.end());
  // Either side ends the other when it fails. Wait for both: once this is over nothing is open any more.
  const [added, stored] = await Promise.allSettled([addAll({ controller, pace }, source), storing]);
  source.signal?.throwIfAborted();
  // A trouble in adding ends the storing with the same error; one in storing only leaves the adding without a reader.
  if (stored.status === "rejected") throw stored.reason;
  if (added.status === "rejected") throw added.reason;
  await out.sync();
  return { ...added.value, size, sha256: hash.digest("hex") as Sha256 };
}

function packing({
  format,
  zstd = zstdWay(),
  signal = new AbortController().signal,
}: Omit<BundleToWrite, "path">): Duplex {
  switch (format) {
    case "tar.gz":
      return createGzip({ level: 9, chunkSize: CHUNK_BYTES }); // zlib writes no time and no name into its header
    case "tar.zst":
      return Duplex.from(intoZstd(zstd, signal));
    case "tar":
      return new PassThrough();
    default:
      return unreachable(format);
  }
}

interface Packer {
  controller: TarPackController;
  pace: Pace;
}

async function addAll(packer: Packer, { dir, entries, mtime }: Omit<BundleToWrite, "path">) {
  const { controller } = packer;
  const files: ManifestEntry[] = [];
  let unpackedSize = 0;
  try {
    for (const entry of entries) {
      if (entry.kind === "link") {
        const header = {
          name: entry.path,
          type: "symlink",
          linkname: entry.target,
          size: 0,
          mode: 0o777,
          mtime,
        } as const;
        await controller.add(header).close();
        files.push({ path: entry.path, link: entry.target });
      } else {
        const { size, ...file } = await addFile(packer, join(dir, entry.path), entry.path, mtime);
        unpackedSize += size;
        files.push(file);
      }
    }
    controller.finalize();
  } catch (error) {
    controller.error(error);
    throw error;
  }
  return { files, unpackedSize };
}

async function addFile({ controller, pace }: Packer, source: string, path: string, mtime: Date) {
  await using file = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW);
  const { size, mode } = await file.stat();
  const executable = (mode & constants.S_IXUSR) !== 0;
  const writer = controller.add({ name: path, size, mode: executable ? 0o755 : 0o644, mtime }).getWriter();
  const hash = createHash("sha256");
  for await (const chunk of chunksOf(file, path, size)) {
    hash.update(chunk);
    await writer.write(chunk);
    await pace.sent(chunk.length);
  }
  await writer.close();
  return { path, sha256: hash.digest("hex") as Sha256, ...(executable ? { mode: "0755" } : {}), size };
}

/** Exactly `size` bytes: a tar header has promised them. */
async function* chunksOf(file: FileHandle, path: string, size: number): AsyncGenerator<Buffer> {
  let left = size;
  while (true) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    left -= bytesRead;
    if (left < 0 || (left > 0 && bytesRead === 0)) {
      throw new UpdateError(
        "archive_refused",
        `${path} changed while it was packed; pack again when nothing writes to it.`,
        { path },
      );
    }
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
