import * as z from "zod";
import { isMissing, readTextIfThere, writeCacheFile } from "../store/atomic-file.ts";
import { redactUrl } from "./redact-url.ts";

/** What `<to>.part.json` says about `<to>.part`: whose bytes they are, so that only the rest is asked for. */
const Sidecar = z.object({
  /** Redacted; the sha256 is what identifies the file, or, where nobody has stated it, the name `to` itself. */
  url: z.string(),
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  size: z.number().nullable(),
  sha256: z.string().nullable(),
  /** Bytes of the whole file, stated or as the host declares them. */
  total: z.number().nullable(),
  /** So many bytes are on the disk for certain. */
  safe: z.number(),
});
export type Sidecar = z.infer<typeof Sidecar>;

/** The file one wants to have in the end. */
export interface Wanted {
  url: string;
  to: string;
  /** In bytes; null when nobody has stated it. */
  size: number | null;
  /** Null when nobody has stated it: then `to` must be the name of this one file only. */
  sha256: string | null;
}

/** Null when there is none, when it is damaged, and when it is of another file. */
export async function readSidecar({ url, to, size, sha256 }: Wanted): Promise<Sidecar | null> {
  const text = await readTextIfThere(sidecarPath(to));
  if (text === null) return null;
  try {
    const sidecar = Sidecar.parse(JSON.parse(text));
    return sidecar.url === redactUrl(url) && sidecar.size === size && sidecar.sha256 === sha256 ? sidecar : null;
  } catch {
    return null;
  }
}

export async function writeSidecar(to: string, sidecar: Sidecar): Promise<void> {
  await writeCacheFile(sidecarPath(to), JSON.stringify(sidecar));
}

/** What `If-Range` asks with; null when the host gave nothing for that. */
export function validatorOf({ etag, last_modified }: Sidecar): string | null {
  return etag ?? last_modified;
}

/** How many of the bytes on the disk one can go on from. */
export function usableBytes(onDisk: number, sidecar: Sidecar): number {
  const { total, sha256, safe } = sidecar;
  if (validatorOf(sidecar) === null || (total !== null && onDisk > total)) return 0;
  if (sha256 !== null) return onDisk;
  // The last byte is asked for in any case: then the host says whether the file is still the same.
  return Math.max(0, Math.min(onDisk, safe, total === null ? onDisk : total - 1));
}

export function sidecarPath(to: string): string {
  return `${to}.part.json`;
}

/** Whether an error says that there is nothing, and then it is fine. */
export function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
