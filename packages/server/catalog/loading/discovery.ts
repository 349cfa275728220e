import type { DistributionFacts } from "../facts.ts";
import { modelsKey, targetsKey } from "../paths.ts";
import type { Discovery } from "../store/resource-outcomes.ts";
import type { Releases, Version } from "../types.ts";
import type { ReleaseList } from "../upstream/index.ts";
import { releases } from "../versions.ts";

/**
 * What to load because of a new list of versions: for each version that wasn't in the one before, its documents, and what
 * was asked for of its predecessor, whose devices are the ones that come now. Nothing for the first list: then all is new.
 */
export function discoveries(facts: DistributionFacts, before: ReleaseList | null, after: ReleaseList): Discovery[] {
  if (before === null) return [];
  const known = new Set(releases(facts, before).versions.map(({ name }) => name));
  const all = releases(facts, after);
  return all.versions
    .filter(({ name }) => !known.has(name))
    .map((version) => discovery(facts.name, version, all, known));
}

function discovery(source: string, version: Version, all: Releases, known: ReadonlySet<string>): Discovery {
  const wanted = [targetsKey(source, version), modelsKey(source, version)];
  const line = all.branches.find(({ name }) => name === version.branch)?.versions ?? [];
  const older = line.slice(line.findIndex(({ name }) => name === version.name) + 1);
  const predecessor = older.find(({ name, kind }) => kind !== "snapshot" && known.has(name));
  if (!predecessor) return { wanted };
  return {
    wanted,
    like: {
      distribution: source,
      version: predecessor.name,
      path: predecessor.path,
      newVersion: version.name,
      newPath: version.path,
    },
  };
}
