import { entriesAt } from "./fields.ts";
import { parseJsonObject } from "./json-document.ts";
import { nameAt } from "./names.ts";

const MOST_TARGETS = 5_000;

/** Reads `.targets.json`: target → architecture of its packages. Keys that begin with a dot are no targets. */
export function parseTargetsJson(bytes: Uint8Array, what: string): ReadonlyMap<string, string> {
  const entries = entriesAt(parseJsonObject(bytes, what), what, MOST_TARGETS);
  return new Map(
    entries
      .filter(([target]) => !target.startsWith("."))
      .map(([target, architecture]) => [
        nameAt("target", target, what),
        nameAt("architecture", architecture, `${what}: ${target}`),
      ]),
  );
}
