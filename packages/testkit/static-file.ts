import { stat } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { extname, join, normalize } from "node:path";

const CONTENT_TYPES: Record<string, string> = {
  ".json": "application/json",
  ".gz": "application/gzip",
  ".tgz": "application/gzip",
  ".tar": "application/x-tar",
  ".zst": "application/zstd",
  ".sig": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".html": "text/html; charset=utf-8",
};

/** A file as a web server knows it. */
export interface StaticFile {
  path: string;
  size: number;
  contentType: string;
  etag: string;
  lastModified: string;
}

/** The file a request path names below `root`, or null. */
export async function findFile(root: string, urlPath: string): Promise<StaticFile | null> {
  // normalize() of an absolute path can't leave it, so neither can the joined one leave `root`.
  const path = join(root, normalize(`/${urlPath}`));
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (!found?.isFile()) return null;
  return {
    path,
    size: Number(found.size),
    contentType: contentTypeOf(path),
    etag: `"${found.mtimeNs.toString(36)}-${found.ino.toString(36)}-${found.size.toString(36)}"`,
    lastModified: new Date(Number(found.mtimeMs)).toUTCString(),
  };
}

export function contentTypeOf(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
}

/** RFC 9110 13.1.2 and 13.1.3: If-None-Match wins over If-Modified-Since. */
export function isNotModified(headers: IncomingHttpHeaders, file: StaticFile): boolean {
  const tags = headers["if-none-match"];
  if (tags !== undefined) {
    return tags.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === file.etag);
  }
  const since = Date.parse(headers["if-modified-since"] ?? "");
  return Date.parse(file.lastModified) <= since;
}

export type Span = { kind: "whole" } | { kind: "part"; start: number; end: number } | { kind: "unsatisfiable" };

/**
 * Which bytes a request asks for, `end` included. RFC 9110 14.2: a Range that isn't understood, has several parts, or
 * whose If-Range doesn't match exactly, is as if it weren't there.
 */
export function spanOf(headers: IncomingHttpHeaders, file: StaticFile): Span {
  const range = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "");
  const condition = headers["if-range"];
  if (!range || (condition !== undefined && condition !== file.etag && condition !== file.lastModified)) {
    return { kind: "whole" };
  }
  const [, from = "", to = ""] = range;
  if (from === "" && to === "") return { kind: "whole" };
  const start = from === "" ? Math.max(0, file.size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? file.size - 1 : Math.min(Number(to), file.size - 1);
  return start > end ? { kind: "unsatisfiable" } : { kind: "part", start, end };
}
