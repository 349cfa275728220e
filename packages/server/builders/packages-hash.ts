import { createHash } from "node:crypto";

/**
 * Of a set of names, 64 hex digits: neither order nor repetition nor a leading `+` changes it (asu-v1 §1.5). Part of v1's
 * request hashes, and its first 12 digits, of a manifest's names, stand in the file names of images.
 */
export function packagesHash(packages: readonly string[]): string {
  const names = [...new Set(packages.map(withoutPlus))].sort(byCodePoint);
  return createHash("sha256").update(names.join(" ")).digest("hex");
}

/** `+vim` is how a package is asked for besides the defaults; the name is `vim`. */
export function withoutPlus(name: string): string {
  return name.startsWith("+") ? name.slice(1) : name;
}

/** The order of Python's `sorted`: JavaScript's own puts U+1F600 before U+FF5E. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

/** Half of a character beyond U+FFFF, so after all others. The few behind the surrogates are what differs. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
