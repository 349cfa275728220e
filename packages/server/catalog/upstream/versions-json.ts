import { listAt } from "./fields.ts";
import { parseJsonObject } from "./json-document.ts";
import { nameAt } from "./names.ts";
import type { ReleaseList } from "./types.ts";

const MOST_VERSIONS = 10_000;

/** Reads `.versions.json` (imagebuilder §10): an empty name means that there is none. */
export function parseVersionsJson(bytes: Uint8Array, what: string): ReleaseList {
  const document = parseJsonObject(bytes, what);
  const named = (key: string) => {
    const value = document[key];
    return value === undefined || value === null || value === "" ? null : nameAt("release", value, `${what}: ${key}`);
  };
  const where = `${what}: versions_list`;
  const versions = listAt(document.versions_list, where, MOST_VERSIONS).map((name) => nameAt("release", name, where));
  return {
    stable: named("stable_version"),
    oldstable: named("oldstable_version"),
    upcoming: named("upcoming_version"),
    versions: [...new Set(versions)],
  };
}
