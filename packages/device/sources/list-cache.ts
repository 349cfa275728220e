import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import type { AnswerHeaders } from "../download/index.ts";
import { ensureFolder, readTextIfThere, writeCacheFile } from "../store/atomic-file.ts";

/** The last list a host sent, with what it takes to ask whether it is still the same. */
const CachedList = z.object({
  /** sha256 of the address and the credentials, which change what a host shows; both may be secret. */
  key: z.string(),
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  link: z.string().nullable(),
  body: z.string(),
});
export type CachedList = z.infer<typeof CachedList>;

/** Whose list it is, and where it is remembered. */
export interface ListPlace {
  cacheDir: string;
  cacheName: string;
  url: string;
  authorization: string | undefined;
}

/** Null when nothing is remembered for this address and these credentials, or what is there is damaged. */
export async function readListCache(place: ListPlace): Promise<CachedList | null> {
  try {
    const text = await readTextIfThere(pathOf(place));
    if (text === null) return null;
    const cached = CachedList.parse(JSON.parse(text));
    return cached.key === keyOf(place) ? cached : null;
  } catch {
    return null;
  }
}

/** Remembers a list, if the host says how to ask for changes. */
export async function writeListCache(place: ListPlace, headers: AnswerHeaders, body: string): Promise<void> {
  const etag = headers.get("etag");
  const last_modified = headers.get("last-modified");
  if (etag === null && last_modified === null) return;
  const cached: CachedList = { key: keyOf(place), etag, last_modified, link: headers.get("link"), body };
  try {
    await ensureFolder(place.cacheDir);
    await writeCacheFile(pathOf(place), JSON.stringify(cached), 0o600);
  } catch {
    // A full disk costs one whole list at the next check; it must not hide that there is an update.
  }
}

/** The headers that ask for a list only if it has changed. */
export function conditionOf({ etag, last_modified }: CachedList): Record<string, string> {
  return {
    ...(etag === null ? {} : { "if-none-match": etag }),
    ...(last_modified === null ? {} : { "if-modified-since": last_modified }),
  };
}

function pathOf({ cacheDir, cacheName }: ListPlace): string {
  return join(cacheDir, cacheName);
}

function keyOf({ url, authorization = "" }: ListPlace): string {
  return createHash("sha256").update(`${url}\n${authorization}`).digest("hex");
}
