import { readFileSync } from "node:fs";

/** A file made by the real tools: testdata/readme.md. */
export function golden(path: string): Buffer {
  return readFileSync(new URL(`../testdata/${path}`, import.meta.url));
}
