import type { Version } from "../catalog/types.ts";
import { isForBranch } from "./build-rows.ts";
import { matches, renamed } from "./package-pattern.ts";
import type { BuildRow, UpgradeFacts } from "./types.ts";

export interface BuildChange {
  kind: "add" | "rename" | "drop";
  from: string | null;
  to: string | null;
  reason: string;
}

export interface PackagesOfBuild {
  /** In the order they were asked for, what was added behind. */
  packages: readonly string[];
  changes: readonly BuildChange[];
}

/**
 * What a build is made with, whoever asked: asu-v1 §1.7. `packages` may contain `-name` for one that is to be left out;
 * what its owner leaves out isn't added. A list that has been changed already stays as it is.
 */
export function applyBuildChanges(
  version: Pick<Version, "branch">,
  target: string,
  profile: string,
  packages: readonly string[],
  facts: Pick<UpgradeFacts, "buildRows">,
): PackagesOfBuild {
  const changes: BuildChange[] = [];
  const rows = facts.buildRows.filter((row) => isForBuild(row, version.branch, target, profile));
  const result = rows.reduce((names, row) => applied(row, names, changes), [...packages]);
  return { packages: result, changes };
}

function isForBuild(row: BuildRow, branch: string, target: string, profile: string): boolean {
  if (row.target !== undefined && row.target !== target) return false;
  if (row.profiles !== undefined && !row.profiles.includes(profile)) return false;
  return isForBranch(row, branch);
}

/** One row: renames in place, then removals, then additions behind. */
function applied(row: BuildRow, names: readonly string[], changes: BuildChange[]): string[] {
  const present = new Set(names);
  const result: string[] = [];
  for (const name of names) {
    const to = row.rename ? renamed(row.rename, name) : null;
    if (to !== null) {
      changes.push({ kind: "rename", from: name, to, reason: because(row, `${name} is called ${to}.`) });
      if (!present.has(to)) result.push(to);
      present.add(to);
    } else if (row.remove?.some((pattern) => matches(pattern, name))) {
      changes.push({ kind: "drop", from: name, to: null, reason: because(row, `${name} isn't there any more.`) });
    } else {
      result.push(name);
    }
  }
  for (const name of row.add ?? []) {
    if (present.has(name) || present.has(`-${name}`)) continue;
    changes.push({ kind: "add", from: null, to: name, reason: because(row, `The device needs ${name}.`) });
    result.push(name);
  }
  return result;
}

function because(row: BuildRow, fact: string): string {
  return row.reason === undefined ? fact : `${fact} ${row.reason}`;
}
