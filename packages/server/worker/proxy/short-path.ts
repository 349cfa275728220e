import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** unix(7): a socket's path has 108 bytes, with the zero at its end. */
const LONGEST = 107;

/** Another name of a socket's path, short enough to be bound or connected to; it is one until disposal. */
export interface ShortPath extends AsyncDisposable {
  readonly path: string;
}

/** The path itself where that is short enough, else the same by way of its opened folder (proc(5)): state folders may lie deep. */
export async function shortPath(path: string): Promise<ShortPath> {
  if (Buffer.byteLength(path) <= LONGEST) return { path, [Symbol.asyncDispose]: async () => {} };
  const folder = await open(dirname(path), "r");
  return {
    path: `/proc/self/fd/${folder.fd}/${basename(path)}`,
    [Symbol.asyncDispose]: () => folder.close(),
  };
}
