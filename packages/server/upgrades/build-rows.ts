import { compareVersions } from "../catalog/version-order.ts";
import { matches, renamed } from "./package-pattern.ts";
import type { BuildRow } from "./types.ts";

/** Whether a row is for builds of a branch: `24.10`, `>=24.10`, or `*` for all. SNAPSHOT is newer than any branch. */
export function isForBranch({ branches }: BuildRow, branch: string): boolean {
  if (branches === "*") return true;
  if (!branches.startsWith(">=")) return branches === branch;
  return compareVersions(branches.slice(2), branch) <= 0;
}

/** What the rows make of a package: another name, nothing (null), or no word of it (undefined). */
export function rowFor(rows: readonly BuildRow[], name: string): { row: BuildRow; to: string | null } | undefined {
  for (const row of rows) {
    if (row.remove?.some((pattern) => matches(pattern, name))) return { row, to: null };
    const to = row.rename ? renamed(row.rename, name) : null;
    if (to !== null) return { row, to };
  }
  return undefined;
}
