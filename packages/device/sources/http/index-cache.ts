import { createHash } from "node:crypto";
import { join } from "node:path";
import { ReleaseIndex } from "@pawl/protocol";
import { z } from "zod";
import { ensureFolder, readTextIfThere, writeFileDurably } from "../../store/atomic-file.ts";

/** The last list of releases a host sent, with what it takes to ask whether it is still the same. */
const CachedIndex = z.object({
  /** sha256 of the address, which may hold a password. */
  key: z.string(),
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  body: z.string(),
});

export interface CachedIndex {
  etag: string | null;
  last_modified: string | null;
  index: ReleaseIndex;
}

/** Null when nothing is remembered for this address, or what is there is damaged. */
export async function readCachedIndex(cacheDir: string, url: string): Promise<CachedIndex | null> {
  try {
    const text = await readTextIfThere(cachePath(cacheDir));
    if (text === null) return null;
    const { key, etag, last_modified, body } = CachedIndex.parse(JSON.parse(text));
    if (key !== keyOf(url)) return null;
    return { etag, last_modified, index: ReleaseIndex.parse(JSON.parse(body)) };
  } catch {
    return null;
  }
}

/** Remembers a list, if the host says how to ask for changes. */
export async function writeCachedIndex(cacheDir: string, url: string, headers: Headers, body: string): Promise<void> {
  const etag = headers.get("etag");
  const last_modified = headers.get("last-modified");
  if (etag === null && last_modified === null) return;
  const cached: z.infer<typeof CachedIndex> = { key: keyOf(url), etag, last_modified, body };
  try {
    await ensureFolder(cacheDir);
    await writeFileDurably(cachePath(cacheDir), JSON.stringify(cached), 0o600);
  } catch {
    // A full disk costs one whole list at the next check; it must not hide that there is an update.
  }
}

/** The headers that ask for a list only if it has changed. */
export function conditionOf({ etag, last_modified }: CachedIndex): Record<string, string> {
  return {
    ...(etag === null ? {} : { "if-none-match": etag }),
    ...(last_modified === null ? {} : { "if-modified-since": last_modified }),
  };
}

function cachePath(cacheDir: string): string {
  return join(cacheDir, "http-index.json");
}

function keyOf(url: string): string {
  return createHash("sha256").update(url).digest("hex");
}
