/** How two versions of one scheme compare. Everything is pure; a text that is no version of the scheme gives null or false, never an exception. */
export interface Versioning {
  readonly name: "semver" | "pep440" | "deb" | "opkg" | "apk";
  isValid(version: string): boolean;
  /** Negative when a is older, 0 when neither is newer (also when only a local or build part differs), positive when newer; null when one can't be parsed. */
  compare(a: string, b: string): number | null;
  isPrerelease(version: string): boolean;
}
