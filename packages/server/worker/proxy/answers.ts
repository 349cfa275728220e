import type { ServerResponse } from "node:http";
import type { Answer } from "../../catalog/upstream/exchange.ts";
import type { CachedFile, EntryValidators } from "./cache-entry.ts";

const LONGEST_VALIDATOR = 256;

/** What makes a request a conditional one. */
export function conditions(cached: CachedFile | null): Record<string, string> {
  const { etag = null, lastModified = null } = cached?.header ?? {};
  return { ...(etag && { "if-none-match": etag }), ...(lastModified && { "if-modified-since": lastModified }) };
}

/** What an answer is known by the next time: only what may be sent on as a header, and stored. */
export function validatorsOf({ header }: Answer): EntryValidators {
  return { etag: sendable(header("etag")), lastModified: sendable(header("last-modified")) };
}

/** In bytes; null when upstream doesn't say. */
export function lengthOf({ header }: Answer): number | null {
  const length = header("content-length");
  return length === null ? null : Number(length);
}

export function isWebPage({ header }: Answer): boolean {
  return /^\s*text\/html\b/i.test(header("content-type") ?? "");
}

export function headersOf({ size, etag, lastModified }: EntryValidators & { size: number | null }) {
  return {
    "content-type": "application/octet-stream",
    ...(size !== null && { "content-length": size }),
    ...(etag && { etag }),
    ...(lastModified && { "last-modified": lastModified }),
  };
}

/** A short answer of our own. Clients show the status; the text is for who looks. */
export function say(response: ServerResponse, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

function sendable(value: string | null): string | null {
  return value !== null && value.length <= LONGEST_VALIDATOR && /^[\x20-\x7e]+$/.test(value) ? value : null;
}
