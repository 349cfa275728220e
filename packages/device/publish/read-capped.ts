import { createReadStream } from "node:fs";
import { UpdateError } from "../error.ts";
import { isMissing } from "../store/atomic-file.ts";

/** A whole file, or null when there is none. Throws UpdateError `too_large` without reading on when it has more than `maxBytes`. */
export async function readCapped(path: string, maxBytes: number, signal?: AbortSignal): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { end: maxBytes })) {
      signal?.throwIfAborted();
      chunks.push(chunk);
      size += chunk.length;
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  if (size > maxBytes) throw new UpdateError("too_large", `${path} is larger than ${maxBytes} bytes.`, { path });
  return Buffer.concat(chunks);
}
