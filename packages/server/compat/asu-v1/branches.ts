import type { Branch, Known, Releases, Version } from "../../catalog/types.ts";
import type { ServerParts } from "../../http/parts.ts";
import type { RevisionRow } from "../../upgrades/types.ts";
import { enabledBranches } from "./versions.ts";

/** A branch as this dialect shows it, contract asu-v1 §1.6. */
export interface BranchRow {
  path: string;
  enabled: boolean;
  snapshot: boolean;
  /** auc 0.3 wants the field and doesn't use it. */
  path_packages: string;
  branch_off_rev?: number;
  package_changes: readonly PackageChange[];
  versions: readonly string[];
  name: string;
  targets: Readonly<Record<string, string>>;
}

/** With a target a rename, without one a drop. */
export interface PackageChange {
  source: string;
  target?: string;
  revision: number;
  mandatory?: true;
}

/** What the rows were made from, and a text that changes whenever they would. */
export interface BranchRows {
  rows: () => BranchRow[];
  digest: string;
}

/**
 * The branches that can be built, newest first. Targets are those of a branch's first version; a branch whose targets
 * can't be had has none, and is in nobody else's way.
 */
export async function branchRows(
  parts: Pick<ServerParts, "catalog" | "upgrades" | "log">,
  releases: Known<Releases>,
  pathPackages: (branch: Branch) => string = () => "DEPRECATED",
): Promise<BranchRows> {
  const branches = enabledBranches(releases.value);
  const targets = await Promise.all(branches.map((branch) => targetsOf(parts, branch.versions[0])));
  return {
    digest: [releases.digest, ...targets.map((known) => known?.digest ?? "")].join(" "),
    rows: () =>
      branches.map((branch, index) =>
        branchRow(branch, pathPackages(branch), targets[index]?.value ?? new Map(), changesFor(parts, branch)),
      ),
  };
}

async function targetsOf(
  parts: Pick<ServerParts, "catalog" | "log">,
  version: Version | undefined,
): Promise<Known<ReadonlyMap<string, string>> | null> {
  if (!version) return null;
  try {
    return await parts.catalog.targets(version);
  } catch (error) {
    // One branch's trouble is shown by the catalog; here it must not cost the other branches their answer.
    parts.log.debug({ version: version.name, err: error }, "targets of a branch left out");
    return null;
  }
}

function branchRow(
  branch: Branch,
  pathPackages: string,
  targets: ReadonlyMap<string, string>,
  changes: readonly PackageChange[],
): BranchRow {
  const { name, path, enabled, snapshot, branchOffRev } = branch;
  return {
    path,
    enabled,
    snapshot,
    path_packages: pathPackages,
    ...(branchOffRev !== null && { branch_off_rev: branchOffRev }),
    package_changes: changes,
    versions: branch.versions.map((version) => version.name),
    name,
    targets: Object.fromEntries(targets),
  };
}

/** All that happened before the branch was made; a branch that isn't known to have been made has seen all. */
function changesFor(parts: Pick<ServerParts, "upgrades" | "catalog">, branch: Branch): PackageChange[] {
  const distribution = branch.versions[0]?.distribution;
  if (distribution === undefined) return [];
  const { revisionRows } = parts.upgrades.facts(distribution);
  const { branchOffRev } = branch;
  return revisionRows.filter(({ revision }) => branchOffRev === null || revision <= branchOffRev).map(packageChange);
}

function packageChange({ source, target, revision, mandatory }: RevisionRow): PackageChange {
  return { source, ...(target !== null && { target }), revision, ...(mandatory && { mandatory: true as const }) };
}
