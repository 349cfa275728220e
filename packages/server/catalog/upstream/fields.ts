import { UpstreamError } from "./error.ts";
import { type NameKind, nameAt, shown } from "./names.ts";

/**
 * Values of a JSON document from outside, read one by one: the first that isn't what it should be ends it. `where` is the
 * file and the place in it. All throw UpstreamError `bad_index`, for names `bad_name`.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 1_024;

export function objectAt(value: unknown, where: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw wrong(value, where, "an object");
}

export function listAt(value: unknown, where: string, longest: number): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(value, where, "a list");
  if (value.length > longest) throw tooMany(where, value.length, longest);
  return value;
}

/** Pairs of an object that is a map, in its order. */
export function entriesAt(value: unknown, where: string, most: number): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(objectAt(value, where));
  if (entries.length > most) throw tooMany(where, entries.length, most);
  return entries;
}

/** A line for people: no control characters, at most 1,024 characters. */
export function textAt(value: unknown, where: string): string {
  if (typeof value !== "string") throw wrong(value, where, "a text");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  if (value.length > LONGEST_TEXT || /[\x00-\x1f\x7f]/.test(value)) throw wrong(value, where, "a short line of text");
  return value;
}

/** A whole number from 0 on. */
export function countAt(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(value, where, "a whole number");
}

export function namesAt(kind: NameKind, value: unknown, where: string, longest: number): readonly string[] {
  return listAt(value, where, longest).map((name) => nameAt(kind, name, where));
}

/** As `read` does, or null where the field is missing or null. */
export function optional<T>(value: unknown, where: string, read: (value: unknown, where: string) => T): T | null {
  return value === undefined || value === null ? null : read(value, where);
}

export function tooMany(where: string, found: number, most: number): UpstreamError {
  return new UpstreamError("too_large", `${where} has ${found} entries; ${most} are allowed.`);
}

function wrong(value: unknown, where: string, wanted: string): UpstreamError {
  return new UpstreamError("bad_index", `${where}: ${shown(value)} should be ${wanted}.`);
}
