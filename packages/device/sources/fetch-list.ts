import { INDEX_MAX_BYTES } from "@pawl/protocol";
import { fetchBytes, webPageTrouble } from "../download/index.ts";
import { conditionOf, readListCache, writeListCache } from "./list-cache.ts";
import type { ReadLimits } from "./types.ts";

export interface FetchListOptions extends ReadLimits {
  headers: Record<string, string>;
  cacheDir: string;
  /** The name of the file it is remembered in. */
  cacheName: string;
  /** What it is, for the sentence when a web page comes in its place. Default: a list of releases. */
  what?: string;
  signal: AbortSignal;
}

export interface FetchedList {
  text: string;
  /** Where it came from in the end: its relative addresses belong to this. */
  url: string;
  /** RFC 8288: where there is more of it. */
  link: string | null;
}

/**
 * A list of releases, or a page of one, as text. Asked for conditionally: an unchanged one comes from the cache, over
 * restarts. Throws UpdateError as `fetchBytes`, and `host_error` for a web page.
 */
export async function fetchList(
  url: string,
  { headers, cacheDir, cacheName, what = "its list of releases", ...options }: FetchListOptions,
): Promise<FetchedList> {
  const place = { cacheDir, cacheName, url, authorization: headers.authorization };
  const cached = await readListCache(place);
  const answer = await fetchBytes(url, {
    ...options,
    maxBytes: INDEX_MAX_BYTES,
    headers: { accept: "application/json", ...headers, ...(cached ? conditionOf(cached) : {}) },
  });
  const link = answer.headers.get("link");
  if (answer.status === 304 && cached) return { text: cached.body, url: answer.url, link: link ?? cached.link };
  const page = webPageTrouble(answer.headers, answer.url, what);
  if (page) throw page;
  const text = new TextDecoder().decode(answer.bytes);
  await writeListCache(place, answer.headers, text);
  return { text, url: answer.url, link };
}
