import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { UpdateError } from "../../error.ts";
import { filter } from "../../system/filter.ts";

/** How zstd is read and written: by Node itself, from 22.15 on, or by the program `zstd`. */
export type ZstdWay = "zlib" | "program";

/** The types of the oldest Node that devices have don't know these. */
interface ZstdZlib {
  createZstdDecompress?(options: object): Transform;
  createZstdCompress?(options: object): Transform;
  constants: { ZSTD_d_windowLogMax: number; ZSTD_c_compressionLevel: number; ZSTD_c_checksumFlag: number };
}
const zstdZlib = zlib as unknown as ZstdZlib;

const CHUNK_BYTES = 256 * 1024;
/** 32 MiB: zstd-frame.ts refuses more before it comes to this. */
const WINDOW_LOG_MAX = 25;
const LEVEL = 19;

type Bytes = AsyncIterable<Buffer>;

/** The way this device has. */
export function zstdWay(): ZstdWay {
  return zstdZlib.createZstdDecompress ? "zlib" : "program";
}

/** Unpacks frames, each cut off where it ends. Throws UpdateError `requires_unmet` when this device can't, `archive_refused` when it is damaged. */
export function unzstd(way: ZstdWay, signal: AbortSignal): Transform | ((source: Bytes) => Bytes) {
  const { createZstdDecompress, constants } = zstdZlib;
  if (way === "zlib" && createZstdDecompress) {
    return createZstdDecompress({
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
    });
  }
  const missing = () =>
    new UpdateError(
      "requires_unmet",
      "This release is packed with zstd, which this device can't read. Install the program zstd (apt install zstd), or publish the release as tar.gz.",
    );
  const failed = (detail: string) =>
    new UpdateError("archive_refused", "The bundle is damaged: zstd could not unpack it.", { detail });
  return (source) => filter(source, { argv: ["zstd", "-dcq", "--memory=64MB"], signal, missing, failed });
}

/** Packs a stream, with a checksum. Throws UpdateError `requires_unmet` where nothing can. */
export function intoZstd(way: ZstdWay, signal: AbortSignal): Transform | ((source: Bytes) => Bytes) {
  const { createZstdCompress, constants } = zstdZlib;
  if (way === "zlib" && createZstdCompress) {
    const params = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 };
    return createZstdCompress({ chunkSize: CHUNK_BYTES, params });
  }
  const missing = () =>
    new UpdateError(
      "requires_unmet",
      "This machine can't write tar.zst. Install the program zstd (apt install zstd), use Node 22.15 or later, or choose --format tar.gz.",
    );
  const failed = (detail: string) => new UpdateError("internal", "zstd could not pack the release.", { detail });
  return (source) => filter(source, { argv: ["zstd", `-${LEVEL}`, "-cq", "--check"], signal, missing, failed });
}
