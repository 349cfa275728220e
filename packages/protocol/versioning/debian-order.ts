import { compareDigits } from "./digits.ts";

/** `[epoch:]upstream[-revision]`: the revision begins after the last hyphen, what isn't there is empty. */
export interface DebianVersion {
  epoch: string;
  upstream: string;
  revision: string;
}

/** A version's parts (Debian policy 5.6.12). Looks for no trouble: whoever calls it knows what a version is. */
export function debianParts(version: string): DebianVersion {
  const colon = version.indexOf(":");
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf("-");
  return {
    epoch: version.slice(0, Math.max(0, colon)),
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? "" : rest.slice(hyphen + 1),
  };
}

/** Debian's order, which opkg has taken over: epoch, then upstream, then revision. */
export function compareDebian(a: DebianVersion, b: DebianVersion): number {
  return compareDigits(a.epoch, b.epoch) || compareRuns(a.upstream, b.upstream) || compareRuns(a.revision, b.revision);
}

/** Policy 5.6.12: by turns what isn't digits, as text, and digits, as a number, until something differs. */
function compareRuns(a: string, b: string): number {
  const [left, right] = [runs(a), runs(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [, textA = "", digitsA = ""] = left[at] ?? [];
    const [, textB = "", digitsB = ""] = right[at] ?? [];
    const order = compareWeights(textA, textB) || compareDigits(digitsA, digitsB);
    if (order !== 0) return order;
  }
  return 0;
}

function runs(text: string): RegExpMatchArray[] {
  return [...text.matchAll(/(\D*)(\d*)/g)];
}

function compareWeights(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = weight(a, at) - weight(b, at);
    if (order !== 0) return order;
  }
  return 0;
}

/** Policy 5.6.12: a tilde sorts before everything, even the end; letters sort before all that aren't. */
function weight(text: string, at: number): number {
  const character = text[at];
  if (character === undefined) return 0;
  if (character === "~") return -1;
  return character.charCodeAt(0) + (/[A-Za-z]/.test(character) ? 0 : 256);
}
