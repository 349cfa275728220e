import { ServerError } from "../../error.ts";

/** The object a client sent. Fields nobody knows are left alone. */
export type Fields = Readonly<Record<string, unknown>>;

/** Longer is no name of anything here. */
const LONGEST = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * A field that is a word; null where it is missing, null or empty. LuCI sends null for what it doesn't know.
 * @throws bad_request
 */
export function word(fields: Fields, name: string): string | null {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") throw wrong(name, "must be a string");
  if (value.length > LONGEST) throw wrong(name, `must not be longer than ${LONGEST} characters`);
  if (CONTROL.test(value)) throw wrong(name, "must not contain control characters");
  return value;
}

/** A field without which nothing can be answered. @throws unprocessable, which this dialect words as 412. */
export function required(fields: Fields, name: string): string {
  const value = word(fields, name);
  if (value === null) throw missing(name);
  return value;
}

export function missing(parameter: string): ServerError {
  return new ServerError("unprocessable", `missing parameter ${parameter}`, { fields: { parameter } });
}

/** `"ar71xx/generic"`, or in two fields as the clients of 2017 and 2018 send it. @throws bad_request */
export function targetOf(fields: Fields): string | null {
  const target = word(fields, "target");
  const subtarget = word(fields, "subtarget");
  return target !== null && subtarget !== null && !target.includes("/") ? `${target}/${subtarget}` : target;
}

/**
 * What is installed, with versions: `installed`, or `packages` as it was called in 2018. A list of names is as good, its
 * versions are empty. Null where neither was sent. @throws bad_request
 */
export function installedOf(fields: Fields): ReadonlyMap<string, string> | null {
  const name = fields.installed !== undefined && fields.installed !== null ? "installed" : "packages";
  const value = fields[name];
  if (value === undefined || value === null) return null;
  const installed = new Map<string, string>();
  if (Array.isArray(value)) {
    for (const entry of value) addPackage(installed, name, entry, "");
  } else if (typeof value === "object") {
    for (const entry in value) addPackage(installed, name, entry, (value as Fields)[entry]);
  } else {
    throw wrong(name, "must be an object of package names and versions");
  }
  return installed;
}

/**
 * The packages an image is wanted with; null where none were sent: then it has its profile's. Empty lines are left out,
 * LuCI sends its text field split at them. @throws bad_request
 */
export function packagesOf(fields: Fields): readonly string[] | null {
  const value = fields.packages;
  if (value === undefined || value === null) return null;
  if (typeof value !== "object") throw wrong("packages", "must be a list of package names");
  const packages = new Map<string, string>();
  for (const entry of Array.isArray(value) ? value : Object.keys(value)) {
    if (typeof entry === "string" && entry.trim() === "") continue;
    addPackage(packages, "packages", typeof entry === "string" ? entry.trim() : entry, "");
  }
  return packages.size > 0 ? [...packages.keys()] : null;
}

/** What the owner switched on: auc sends 0 and 1, LuCI `"0"` and `"1"`. */
export function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  return Boolean(value) && value !== "0" && value !== "false";
}

/** The device's own word on which package it has may be a number: `cgi-io: 3` in the original's documents. */
function addPackage(packages: Map<string, string>, field: string, name: unknown, version: unknown): void {
  if (typeof name !== "string") throw wrong(field, "must contain package names only");
  if (name === "" || name.length > LONGEST || /[\s/\\]/.test(name) || CONTROL.test(name)) {
    throw wrong(field, `contains a name that no package can have: ${JSON.stringify(name.slice(0, 80))}`);
  }
  if (typeof version === "string") {
    if (version.length > LONGEST) throw wrong(field, `has a version of ${name} that is too long`);
    packages.set(name, version);
  } else if (version === null || typeof version === "number") {
    packages.set(name, version === null ? "" : String(version));
  } else {
    throw wrong(field, `must have a version as a string for ${name}`);
  }
}

function wrong(name: string, what: string): ServerError {
  return new ServerError("bad_request", `${name} ${what}`, { fields: { field: name } });
}
