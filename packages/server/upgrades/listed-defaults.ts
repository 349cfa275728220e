import { branchOf } from "../catalog/version-order.ts";
import { matches } from "./package-pattern.ts";
import type { UpgradeFacts } from "./types.ts";

/** What a list says an image of a release came with on a target, as the release calls it; null where it says nothing. */
export function listedDefaults(
  { defaultRows }: Pick<UpgradeFacts, "defaultRows">,
  version: string,
  target: string | null,
): readonly string[] | null {
  const branch = branchOf(version);
  const rows = defaultRows.filter((row) => row.branch === branch && isFor(row.target, target));
  return rows.length === 0 ? null : rows.flatMap(({ packages }) => packages);
}

function isFor(pattern: string | undefined, target: string | null): boolean {
  return pattern === undefined || (target !== null && matches(pattern, target));
}
