import { UpstreamError } from "./error.ts";

/**
 * What names may be made of. They become parts of addresses, file names and answers, so nothing passes that could mean
 * more than itself there: no control characters, no blanks, no slash but a target's one, no `..`.
 */
const PATTERNS = {
  release: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  target: /^[A-Za-z0-9_-]{1,64}\/[A-Za-z0-9_-]{1,64}$/,
  architecture: /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}$/,
  feed: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/,
  profile: /^[A-Za-z0-9_][A-Za-z0-9.,_+-]{0,127}$/,
  package: /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}$/,
  /** As profiles name them: with a `-` in front it is one to leave out. */
  "package choice": /^-?[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}$/,
  "package version": /^[A-Za-z0-9][A-Za-z0-9.+~:_-]{0,127}$/,
  revision: /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}$/,
  file: /^[A-Za-z0-9_][A-Za-z0-9._+,~-]{0,254}$/,
  sha256: /^[0-9a-f]{64}$/,
} as const;

export type NameKind = keyof typeof PATTERNS;

export function isName(kind: NameKind, value: unknown): value is string {
  return typeof value === "string" && PATTERNS[kind].test(value) && !value.includes("..");
}

/**
 * The value, if it may be a name of that kind.
 *
 * @param where the file, and the place in it, for the sentence
 * @throws UpstreamError `bad_name`
 */
export function nameAt(kind: NameKind, value: unknown, where: string): string {
  if (isName(kind, value)) return value;
  throw new NameError(value, `${where}: ${shown(value)} can't be the name of a ${kind}.`);
}

/** A `bad_name` that tells whether somebody was after something with it. */
export class NameError extends UpstreamError {
  /** Not a name at all, or one made to mean more than itself. Else it is only odd: `a b`, or too long. */
  readonly isHostile: boolean;

  constructor(value: unknown, sentence: string) {
    super("bad_name", sentence);
    this.isHostile = typeof value !== "string" || value === "" || HOSTILE.test(value);
  }
}

/** Parts of paths, control characters and what turns the direction of a line. */
const HOSTILE = /[/\\\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]|^\.*$/u;

/** A value from outside as it may stand in a sentence: short, on one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
