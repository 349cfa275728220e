import { error, type Finding, warning } from "@pawl/device/config-file";
import type { ServerConfig } from "./schema.ts";

/** What a schema can't see: settings that only go wrong together. */
export function assess(config: ServerConfig): Finding[] {
  return [...assessParents(config), ...assessTimes(config), ...assessDatabase(config)];
}

/** Targets come from the parent, packages are added: one that is its own parent, over however many others, has no targets. */
function assessParents({ distributions }: ServerConfig): Finding[] {
  return Object.entries(distributions).flatMap(([name, { parent }]) => {
    const seen = [name];
    for (let next = parent?.distribution; next !== undefined; next = distributions[next]?.parent?.distribution) {
      if (next === name) {
        const path = ["distributions", name, "parent", "distribution"];
        return error(path, `${[...seen, next].join(" → ")}: a distribution can't be its own parent`);
      }
      if (seen.includes(next)) break;
      seen.push(next);
    }
    return [];
  });
}

function assessTimes({ catalog }: ServerConfig): Finding[] {
  if (catalog.wanted_for >= catalog.index_refresh) return [];
  const sentence = "catalog.wanted_for is shorter than index_refresh, so that package indexes are never refreshed";
  return [warning(["catalog", "wanted_for"], sentence, "make it some days")];
}

function assessDatabase({ database }: ServerConfig): Finding[] {
  if (database.url === null || database.user === null) return [];
  const sentence = "database.user is for the embedded database and has no effect beside url";
  return [warning(["database", "user"], sentence, "leave one of them out")];
}
