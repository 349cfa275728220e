import { compareDigits, compareText } from "./digits.ts";
import type { Versioning } from "./types.ts";

/** apk-package(5): `digits(.digits)*letter?(_suffix digits?)*(~commit)?(-rdigits)?`. */
const SYNTAX = /^\d+(\.\d+)*[a-z]?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*(~[0-9a-f]+)?(-r\d+)?$/;
const PART = /\.\d+|_[a-z]+|~[0-9a-f]+|-r\d+|\d+|[a-z]/g;

const SUFFIXES_BEFORE = ["alpha", "beta", "pre", "rc"];
const SUFFIXES_AFTER = ["cvs", "svn", "git", "hg", "p"];
const SUFFIXES = [...SUFFIXES_BEFORE, ...SUFFIXES_AFTER];

/** Where two versions go on differently, the one whose next part stands further left here is newer. */
const KINDS = ["first number", "number", "letter", "suffix", "suffix number", "commit", "revision", "end"] as const;

interface Part {
  kind: (typeof KINDS)[number];
  text: string;
}

/** The packages of Alpine Linux and, since its release 25.12, OpenWrt, in the order of apk-tools 3. */
export const apk: Versioning = {
  name: "apk",
  isValid,
  compare: (a, b) => (isValid(a) && isValid(b) ? compareParts(partsOf(a), partsOf(b)) : null),
  isPrerelease: (version) => isValid(version) && partsOf(version).some(isBefore),
};

function isValid(version: string): boolean {
  return SYNTAX.test(version);
}

function partsOf(version: string): Part[] {
  const texts = version.match(PART) ?? [];
  return [...texts.map((text, at) => partOf(text, at === 0)), { kind: "end", text: "" }];
}

function partOf(text: string, isFirst: boolean): Part {
  if (isFirst) return { kind: "first number", text };
  if (text.startsWith(".")) return { kind: "number", text: text.slice(1) };
  if (text.startsWith("_")) return { kind: "suffix", text: text.slice(1) };
  if (text.startsWith("~")) return { kind: "commit", text: text.slice(1) };
  if (text.startsWith("-r")) return { kind: "revision", text: text.slice(2) };
  return { kind: /\d/.test(text) ? "suffix number" : "letter", text };
}

function compareParts(a: readonly Part[], b: readonly Part[]): number {
  for (const [at, left] of a.entries()) {
    const right = b[at];
    if (!right) break;
    const order = left.kind === right.kind ? compareSame(left, right) : compareKinds(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function compareKinds(a: Part, b: Part): number {
  if (isBefore(a)) return -1;
  if (isBefore(b)) return 1;
  return KINDS.indexOf(b.kind) - KINDS.indexOf(a.kind);
}

function compareSame({ kind, text: a }: Part, { text: b }: Part): number {
  switch (kind) {
    case "number":
      // As in a fraction once a zero stands in front: 1.02 is older than 1.1.
      return a.startsWith("0") || b.startsWith("0") ? compareText(a, b) : compareDigits(a, b);
    case "first number":
    case "suffix number":
    case "revision":
      return compareDigits(a, b);
    case "suffix":
      return SUFFIXES.indexOf(a) - SUFFIXES.indexOf(b);
    case "letter":
    case "commit":
    case "end":
      return compareText(a, b);
  }
}

/** Whether a part makes the version older than it would be without. */
function isBefore({ kind, text }: Part): boolean {
  return kind === "suffix" && SUFFIXES_BEFORE.includes(text);
}
