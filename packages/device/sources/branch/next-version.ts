import { normalizePep440 } from "@pawl/protocol/versioning";

/**
 * The version that comes after one, as setuptools_scm guesses it: its last number and one more, whatever that counts (a
 * release candidate, a post-release). `….dev0` stands before the one it names. Null: it ends in another `.devN`, or in no number.
 */
export function nextVersion(version: string): string | null {
  return ofDev(version) ?? (isDev(version) ? null : bumpLast(version));
}

/** The one after it that guesses nothing: its first post-release. Null: it is one already. */
export function postVersion(version: string): string | null {
  if (isDev(version)) return ofDev(version);
  return version.includes("post") ? null : `${version}.post1`;
}

/** The next minor or patch version, of three numbers at least. Null for what is no version. */
export function nextSemver(version: string, step: "minor" | "patch"): string | null {
  const normal = normalizePep440(version) ?? "";
  const [, epoch = "", release] = /^(\d+!)?([\d.]*\d)/.exec(normal) ?? [];
  if (release === undefined) return null;
  const numbers = release.split(".").map(Number);
  if (ofDev(normal) !== null) return epoch + padded(numbers).join(".");
  const kept = padded(numbers).slice(0, step === "minor" ? 2 : 3);
  const next = kept.map((number, index) => (index === kept.length - 1 ? number + 1 : number));
  return epoch + padded(next).join(".");
}

function padded(numbers: number[]): number[] {
  return [...numbers, 0, 0, 0].slice(0, Math.max(3, numbers.length));
}

function isDev(version: string): boolean {
  return version.includes(".dev");
}

/** What `1.0.dev0` is the beginning of. */
function ofDev(version: string): string | null {
  return /^(.*)\.dev0$/s.exec(version)?.[1] ?? null;
}

function bumpLast(version: string): string | null {
  const [, before = "", last] = /^(.*?)(\d+)$/s.exec(version) ?? [];
  return last === undefined ? null : `${before}${BigInt(last) + 1n}`;
}
