import type * as z from "zod";
import { nearest } from "./nearest.ts";
import { dotted, error, type Finding } from "./problem.ts";
import type { ConfigShape } from "./schema.ts";

type Issue = z.core.$ZodIssue;
type Path = (string | number)[];

/** A configuration as it was written, and what may stand in one. */
interface Checked {
  root: unknown;
  shape: ConfigShape;
}

/** What a schema has against a configuration, in words that say what to write. */
export function problemsOf(issues: readonly Issue[], checked: Checked, prefix: Path = []): Finding[] {
  const { root, shape } = checked;
  return issues.flatMap((issue) => {
    const path: Path = [...prefix, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => unknownKey(shape, path, key));
      case "invalid_union":
        return valueAt(root, path) === undefined ? missing(path) : union(issue.errors, checked, path);
      case "invalid_key":
        return error(path, `"${String(path.at(-1))}" ${issue.issues[0]?.message ?? "can't be a key"}`);
      default:
        return valueAt(root, path) === undefined
          ? missing(path, issue.code === "custom" && isOwn(issue.message) ? `it ${issue.message}` : null)
          : error(path, `${dotted(path)} ${wish(issue, root, path)}`, hint(issue, checked, path));
    }
  });
}

function unknownKey(shape: ConfigShape, path: Path, key: string): Finding {
  const kinds = shape.kindsAt(path);
  // Known here, but not beside the kind that is there already.
  if (kinds.length > 1 && kinds.includes(key)) return onlyOne(path, kinds);
  const known = shape.knownKeys(path);
  const close = nearest(key, known);
  const where = path.length > 0 ? dotted(path) : "the file";
  return error(
    [...path, key],
    `unknown key "${key}" in ${where}`,
    close ? `did you mean "${close}"?` : `known are ${known.join(", ")}`,
  );
}

function missing(path: Path, why: string | null = null): Finding {
  const above = path.slice(0, -1);
  return error(path, `"${String(path.at(-1))}" is missing in ${above.length > 0 ? dotted(above) : "the file"}`, why);
}

function onlyOne(path: Path, kinds: readonly string[]): Finding {
  return error(path, `${dotted(path)} must have one of ${kinds.join(", ")}, and only one`);
}

/** Of several kinds that did not fit: what the kind that was most likely meant has against the value. */
function union(branches: readonly Issue[][], checked: Checked, path: Path): Finding[] {
  const { root, shape } = checked;
  const kinds = shape.kindsAt(path);
  const oneOf = `one of ${kinds.join(", ")}`;
  const shaped = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && isWrongType(issue)));
  if (shaped.length === 0)
    return [error(path, `${dotted(path)} must have ${oneOf}, not be ${kindOf(valueAt(root, path))}`)];

  const weights = shaped.map(weigh);
  const least = Math.min(...weights);
  const likely = shaped.filter((_, index) => weights[index] === least);
  if (likely.length === 1) return problemsOf(likely[0] ?? [], checked, path);

  const strangers = likely.map((issues) =>
    issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : [])),
  );
  const common = (strangers[0] ?? []).filter((key) => strangers.every((keys) => keys.includes(key)));
  if (common.length > 0) return common.map((key) => unknownKey(shape, path, key));
  return [onlyOne(path, kinds)];
}

function weigh(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}

/** What the value must be, to go on from its name. */
function wish(issue: Issue, root: unknown, path: Path): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? issue.expected}, not ${kindOf(valueAt(root, path))}`;
    case "invalid_value":
      return issue.values.length > 2
        ? `must be one of ${issue.values.map(String).join(", ")}`
        : `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return isOwn(issue.message) ? issue.message : `must be at least ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return isOwn(issue.message) ? issue.message : `must be at most ${issue.maximum}${unit(issue.origin)}`;
    default:
      return isOwn(issue.message) ? issue.message : `is not right: ${issue.message}`;
  }
}

function hint(issue: Issue, { root, shape }: Checked, path: Path): string | null {
  const value = valueAt(root, path);
  if (isWrongType(issue)) return issue.expected === "string" && isScalar(value) ? asText(shape, value, path) : null;
  if (issue.code === "invalid_value" && typeof value === "string") {
    const close = issue.values.length > 1 ? nearest(value, issue.values.map(String)) : null;
    return close ? `did you mean "${close}"?` : `it is "${short(value)}"`;
  }
  return isScalar(value) ? `it is ${typeof value === "string" ? `"${short(value)}"` : value}` : null;
}

function asText(shape: ConfigShape, value: string | number | boolean, path: Path): string | null {
  const { fits, example } = shape.textAt(path, String(value));
  if (fits) return `write "${value}" in quotes`;
  return example ? `write it as in "${example}"` : null;
}

const TYPES: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys",
  record: "a map of keys",
};

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  return TYPES[typeof value] ?? typeof value;
}

function unit(origin: string): string {
  if (origin === "string") return " characters long";
  return origin === "array" ? " entries long" : "";
}

/** The schema's own sentences begin like this; others are the library's. */
function isOwn(message: string): boolean {
  return /^(must|can't|is newer|the path)(?!\w)/.test(message);
}

function isWrongType(issue: Issue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === "invalid_type";
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** For a sentence: not too long, and without the password an address may hold. */
function short(text: string): string {
  const open = text.replace(/\/\/[^/@\s]*@/g, "//…@");
  return open.length > 60 ? `${open.slice(0, 60)}…` : open;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string | number, unknown>)[key];
  }, root);
}
