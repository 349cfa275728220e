import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

export interface HashOptions {
  /** Of what is packed in it, instead of the file itself. */
  unpacked: boolean;
  signal: AbortSignal;
}

/** The sha256 of a file, hex. No link is followed. */
export async function sha256Of(path: string, { unpacked, signal }: HashOptions): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const stream = file.createReadStream({ highWaterMark: 1024 * 1024 });
  if (unpacked) await pipeline(stream, createGunzip({ chunkSize: 1024 * 1024 }), hash, { signal });
  else await pipeline(stream, hash, { signal });
  return hash.digest("hex");
}
