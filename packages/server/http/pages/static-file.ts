import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { Representation, send } from "../representation.ts";
import { typeOf } from "./content-type.ts";

/** A file that ships with Pawl: read when it is first asked for, then kept, with its compressed forms. */
export function staticFile(
  file: URL,
  headers: Readonly<Record<string, string>> = {},
): (request: Request) => Promise<Response> {
  const read = once(async () => new Representation(await readFile(file), typeOf(extname(file.pathname))));
  return async (request) => send(request, await read(), { headers });
}

/** Made when it is first asked for, then kept; made again where it couldn't be. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | null = null;
  return () => {
    kept ??= make().catch((error: unknown) => {
      kept = null;
      throw error;
    });
    return kept;
  };
}
