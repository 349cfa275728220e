import type { DistributionFacts } from "./facts.ts";
import type { Version } from "./types.ts";
import { branchOf, versionKind } from "./version-order.ts";

/** Whose upstream has a version's targets and feeds, and as which version. */
export interface Origin {
  source: string;
  version: Version;
}

/** Usually its own; its parent's, or that of the distribution that goes on with it. */
export function originOf(version: Version, facts: DistributionFacts): Origin {
  if (facts.continuedBy) return { source: facts.continuedBy, version };
  if (!facts.parent) return { source: facts.name, version };
  const { distribution, version: name } = facts.parent;
  const branch = branchOf(name);
  return { source: distribution, version: { distribution, name, branch, kind: versionKind(name), path: version.path } };
}

/** Whose `.versions.json` counts; null when what is declared is all there is. */
export function sourceOfVersions(facts: DistributionFacts): string | null {
  return facts.parent ? null : (facts.continuedBy ?? facts.name);
}
