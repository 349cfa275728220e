import { fetchBytes, webPageTrouble } from "../download/index.ts";
import type { HeadersFor } from "./access.ts";
import type { ReadLimits } from "./types.ts";

export interface ReadFileOptions extends ReadLimits {
  maxBytes: number;
  /** What it is, for the sentence when a web page comes in its place. */
  what: string;
  headersFor: HeadersFor;
  signal: AbortSignal;
}

/** A small file of a release, from the network. Throws UpdateError as `fetchBytes`, and `host_error` for a web page. */
export async function readFile(url: string, { what, headersFor, ...options }: ReadFileOptions): Promise<Uint8Array> {
  const answer = await fetchBytes(url, { ...options, headers: await headersFor(url) });
  const page = webPageTrouble(answer.headers, answer.url, what);
  if (page) throw page;
  return answer.bytes;
}
