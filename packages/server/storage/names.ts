import { randomBytes } from "node:crypto";
import { ServerError } from "../error.ts";

/** Bytes, as most file systems have it. */
const MOST_NAME = 255;

/** 32 hex digits. */
export function isBuildId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** No other put has it: not one of another attempt, nor one after the database was set back to what it was yesterday. */
export function newCopy(): string {
  return randomBytes(8).toString("hex");
}

/** 16 hex digits. */
export function isCopy(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** A name that is safe in a path, an address and a header: letters, digits, `.`, `_`, `+`, `-`, no dot in front. */
export function isStoredName(name: string): boolean {
  return name.length <= MOST_NAME && /^[A-Za-z0-9_+-][A-Za-z0-9._+-]*$/.test(name);
}

/** @throws store_failed for an id or a name that no store takes, and for a name that comes twice */
export function requireStorable(build: string, names: readonly string[]): void {
  requireBuildId(build);
  const wrong = names.find((name) => !isStoredName(name));
  if (wrong !== undefined) throw unstorable(`${JSON.stringify(wrong)} is no name for a file of a build.`);
  if (new Set(names).size < names.length) throw unstorable("Two files of a build have the same name.");
  if (names.length === 0) throw unstorable("A build without files can't be stored.");
}

/** @throws store_failed */
export function requireBuildId(build: string): void {
  if (!isBuildId(build)) throw unstorable(`${JSON.stringify(build)} is no build's id.`);
}

/** @throws store_failed */
export function requireCopy(copy: string): void {
  if (!isCopy(copy)) throw unstorable(`${JSON.stringify(copy)} is no copy of a build.`);
}

function unstorable(sentence: string): ServerError {
  return new ServerError("store_failed", sentence);
}
