import type { Model } from "../types.ts";
import { listAt, objectAt } from "./fields.ts";
import { parseJsonObject } from "./json-document.ts";
import { nameAt } from "./names.ts";
import { titlesAt } from "./titles.ts";

const MOST_MODELS = 100_000;

/** Reads `.overview.json`: the models of all targets of a version. */
export function parseOverviewJson(bytes: Uint8Array, what: string): readonly Model[] {
  const where = `${what}: profiles`;
  return listAt(parseJsonObject(bytes, what).profiles, where, MOST_MODELS).map((value) => {
    const entry = objectAt(value, where);
    const profile = nameAt("profile", entry.id, where);
    return {
      profile,
      target: nameAt("target", entry.target, `${where}: ${profile}`),
      titles: titlesAt(entry.titles, `${where}: ${profile}`),
    };
  });
}
