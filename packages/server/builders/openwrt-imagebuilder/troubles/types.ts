/** What a package manager says stood in its way, read from its text: it has no other form (imagebuilder §9). */
export type PackageTrouble =
  /** Nothing is called that. `requiredBy` is empty where it was asked for itself. */
  | { kind: "missing"; name: string; requiredBy: readonly string[]; note: string | null }
  /** It is there, in none of the versions that are wanted. */
  | { kind: "version"; name: string; wanted: string; found: string | null; requiredBy: readonly string[] }
  | { kind: "conflict"; name: string; with: readonly string[] }
  /** Two bring the same file. */
  | { kind: "clash"; name: string; with: string; file: string }
  /** A script of its own ends with an error. */
  | { kind: "script"; name: string; exitCode: number }
  /** The index lists it, and its file isn't there or isn't what the index says. */
  | { kind: "fetch"; name: string; reason: "absent" | "unreachable" | "damaged" }
  /** There was no room for it. */
  | { kind: "disk"; name: string };

/** A list of packages that wasn't read. Package managers go on without it. */
export interface FeedTrouble {
  /** Its folder. */
  url: string;
  reason: "absent" | "unreachable" | "damaged" | "untrusted";
}

/** Lines are looked at so far: real ones are short, and packages' scripts may print what they like. */
export const LONGEST_LINE = 1_000;
/** So many of each are enough to tell what is wrong. */
export const MOST_TROUBLES = 200;
/** And of those that one package is wanted by. */
export const MOST_NAMES = 50;

export interface Troubles {
  packages: readonly PackageTrouble[];
  feeds: readonly FeedTrouble[];
}
