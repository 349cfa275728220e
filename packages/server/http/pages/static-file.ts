import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { Representation, send } from "../representation.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

/** A file that ships with Pawl: read when it is first asked for, then kept, with its compressed forms. */
export function staticFile(
  file: URL,
  headers: Readonly<Record<string, string>> = {},
): (request: Request) => Promise<Response> {
  let kept: Promise<Representation> | null = null;
  return async (request) => {
    kept ??= readFile(file).then(
      (bytes) => new Representation(bytes, TYPES[extname(file.pathname)] ?? "application/octet-stream"),
    );
    // Asked for again where it couldn't be read.
    const shown = await kept.catch((error: unknown) => {
      kept = null;
      throw error;
    });
    return send(request, shown, { headers });
  };
}
