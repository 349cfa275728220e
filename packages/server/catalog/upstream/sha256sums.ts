import { UpstreamError } from "./error.ts";
import { tooMany } from "./fields.ts";
import { shown } from "./names.ts";
import { linesOf } from "./text-document.ts";

const MOST_FILES = 100_000;

/** Reads `sha256sums`: path below its folder → digest in hex. Lines are `<64 hex> *<path>`. */
export function parseSha256sums(bytes: Uint8Array, what: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  for (const line of linesOf(bytes, what)) {
    if (line === "") continue;
    const [, digest, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (digest === undefined || path === undefined) {
      throw new UpstreamError("bad_index", `${what}: ${shown(line)} is no checksum with a file's name.`);
    }
    if (!isPathBelow(path))
      throw new UpstreamError("bad_name", `${what}: ${shown(path)} isn't a file below its folder.`);
    if ((sums.get(path) ?? digest) !== digest) {
      throw new UpstreamError("bad_index", `${what} has two different sums for ${shown(path)}.`);
    }
    sums.set(path, digest);
    if (sums.size > MOST_FILES) throw tooMany(what, sums.size, MOST_FILES);
  }
  return sums;
}

function isPathBelow(path: string): boolean {
  const parts = path.replace(/^\.\//, "").split("/");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  return parts.every((part) => part !== "" && part !== "." && part !== "..") && !/[\x00-\x1f\x7f\\]/.test(path);
}
