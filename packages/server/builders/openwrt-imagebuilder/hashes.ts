import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { CHUNK_BYTES, chunksOf } from "../../storage/chunks.ts";

export interface HashOptions {
  /** Of what is packed in it, instead of the file itself. */
  unpacked: boolean;
  signal: AbortSignal;
}

/** The sha256 of a file, hex. No link is followed. */
export async function sha256Of(path: string, { unpacked, signal }: HashOptions): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  if (unpacked) {
    const packed = file.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false });
    await pipeline(packed, createGunzip({ chunkSize: CHUNK_BYTES }), hash, { signal });
  } else {
    for await (const bytes of chunksOf(file, signal)) hash.update(bytes);
  }
  return hash.digest("hex");
}
