import { branchFacts, type DistributionFacts } from "./facts.ts";
import type { Branch, BranchFacts, Releases, Version } from "./types.ts";
import type { ReleaseList } from "./upstream/index.ts";
import { branchOf, compareVersions, versionKind } from "./version-order.ts";

/**
 * What `.versions.json` and the facts say together: contract server.md §1. Versions of the list and of the facts, plus
 * SNAPSHOT and each branch's own snapshot, which no list names. `list` is null where upstream has no such file.
 */
export function releases(facts: DistributionFacts, list: ReleaseList | null): Releases {
  const known = new Map(facts.branches.map((branch) => [branch.name, branch]));
  const members = new Map<string, Set<string>>();
  for (const name of names(facts, list)) {
    const branch = known.has(name) ? name : branchOf(name);
    const set = members.get(branch) ?? new Set();
    members.set(branch, set.add(name));
  }
  const branches = [...members]
    .map(([name, set]) => branchWith(facts, known.get(name) ?? branchFacts(facts, name), set))
    .sort((a, b) => compareVersions(b.name, a.name));
  const versions = branches.filter(({ enabled }) => enabled).flatMap((branch) => branch.versions);
  const byName = new Map(versions.map((version) => [version.name, version]));
  const named = (name: string | null | undefined): Version | null => byName.get(name ?? "") ?? null;
  return {
    stable: named(facts.stableVersion ?? (list ? list.stable : newestRelease(versions))),
    oldstable: named(list?.oldstable),
    upcoming: named(list?.upcoming),
    branches,
    versions,
  };
}

function names(facts: DistributionFacts, list: ReleaseList | null): Set<string> {
  const listed = [...(list?.versions ?? []), list?.stable, list?.oldstable, list?.upcoming, facts.stableVersion];
  const result = new Set([...facts.versions, ...listed.filter((name) => name !== null && name !== undefined)]);
  if (facts.parent) return result;
  for (const branch of facts.branches) if (branch.snapshot) result.add(branch.name);
  // A list of upstream's means that upstream is laid out like OpenWrt's; of a tree without one only what is declared is there.
  if (!list) return result;
  for (const name of [...result]) {
    if (/^\d+\.\d+\.\d/.test(name)) result.add(`${branchOf(name)}-SNAPSHOT`);
  }
  return result;
}

function branchWith(distribution: DistributionFacts, facts: BranchFacts, members: ReadonlySet<string>): Branch {
  const versions = [...members].sort(
    (a, b) => Number(versionKind(a) === "snapshot") - Number(versionKind(b) === "snapshot") || compareVersions(b, a),
  );
  return {
    ...facts,
    versions: versions.map((name) => ({
      distribution: distribution.name,
      name,
      branch: facts.name,
      kind: facts.snapshot ? "snapshot" : versionKind(name),
      path: facts.path.replaceAll("{version}", name),
    })),
  };
}

function newestRelease(versions: readonly Version[]): string | null {
  return versions.find(({ kind }) => kind === "release")?.name ?? null;
}
