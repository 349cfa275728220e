import { relative } from "node:path";

/** A path as one types it in the folder people are in, when it lies below that. */
export function fromHere(path: string, here: string): string {
  const short = relative(here, path);
  return short.startsWith("..") ? path : short;
}
