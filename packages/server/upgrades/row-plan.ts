import type { Version } from "../catalog/types.ts";
import { compareVersions } from "../catalog/version-order.ts";
import { isForBranch } from "./build-rows.ts";
import type { AdditionRow, BuildRow, Choice, UpgradeFacts } from "./types.ts";

/** Both tables' rows that count between two releases, in one form and in the order they are applied in. */
export interface RowPlan {
  rows: readonly PlannedRow[];
  /** Names that a row is about: whatever isn't here stays what it is. */
  sources: ReadonlySet<string>;
  additions: readonly AdditionRow[];
  /** Renames and removals that a build for the offered release makes by itself. */
  buildRows: readonly BuildRow[];
  ignored: ReadonlySet<string>;
  alternatives: UpgradeFacts["alternatives"];
  defaultSuccessors: UpgradeFacts["defaultSuccessors"];
}

export interface PlannedRow {
  source: string;
  choices: readonly Choice[];
  mandatory: boolean;
  /** The installed release had this change already: who still has the source wants it, as long as it can be had. */
  isOld: boolean;
  /** `since 22.03.0`, `since revision 18611` */
  since: string;
  reason: string | null;
}

/** A way from one release to another. */
export interface Way {
  installed: string;
  offered: Pick<Version, "name" | "branch">;
  /** The youngest change of the main branch that the offered release has; null where nobody knows. */
  revision: number | null;
  /** The same of the installed release. */
  installedRevision: number | null;
}

/**
 * Version rows count if installed < row ≤ offered, revision rows if row ≤ the offered release's revision (server.md §1);
 * those the installed release had already only for what can't be had any more.
 * Applied by version, then by revision, since all lists by version are about what was before the revisions'; at the same
 * time by what leads to what, so that a → b and b → c make c of a whatever their order in the file; splits last, since what
 * they choose by may be what another row has just made.
 */
export function rowPlan(facts: UpgradeFacts, { installed, offered, revision, installedRevision }: Way): RowPlan {
  const crossed = ({ version }: { version: string }): boolean =>
    compareVersions(installed, version) < 0 && compareVersions(version, offered.name) <= 0;
  const height = heights(facts);
  const byVersion = facts.versionRows
    .filter(crossed)
    .sort(
      (a, b) =>
        compareVersions(a.version, b.version) ||
        height(b.source) - height(a.source) ||
        a.choices.length - b.choices.length,
    )
    .map((row) => planned(row, row.choices, { mandatory: false, isOld: false, since: `since ${row.version}` }));
  const byRevision = facts.revisionRows
    .filter((row) => revision !== null && row.revision <= revision)
    .sort((a, b) => a.revision - b.revision || height(b.source) - height(a.source))
    .map((row) => {
      const choices = row.target === null ? [] : [{ target: row.target, whenInstalled: [] }];
      const isOld = !row.mandatory && installedRevision !== null && row.revision <= installedRevision;
      return planned(row, choices, { mandatory: row.mandatory, isOld, since: `since revision ${row.revision}` });
    });
  const rows = [...byVersion, ...byRevision];
  return {
    rows,
    sources: new Set(rows.map(({ source }) => source)),
    additions: facts.additions.filter(crossed),
    buildRows: facts.buildRows.filter((row) => !row.target && !row.profiles && isForBranch(row, offered.branch)),
    ignored: facts.ignored,
    alternatives: facts.alternatives,
    defaultSuccessors: facts.defaultSuccessors,
  };
}

function planned(
  { source, reason = null }: { source: string; reason?: string | null },
  choices: readonly Choice[],
  fact: Pick<PlannedRow, "mandatory" | "isOld" | "since">,
): PlannedRow {
  return { source, choices, reason, ...fact };
}

/** How many rows in a row lead on from a name. Lists with circles were refused when they were read. */
function heights(facts: UpgradeFacts): (name: string) => number {
  const targets = new Map<string, string[]>();
  const note = (source: string, names: string[]) => targets.set(source, [...(targets.get(source) ?? []), ...names]);
  for (const { source, choices } of facts.versionRows) {
    note(
      source,
      choices.flatMap(({ target, possible }) => (possible ? [] : [target])),
    );
  }
  for (const { source, target } of facts.revisionRows) note(source, target === null ? [] : [target]);
  const known = new Map<string, number>();
  const height = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const result = 1 + Math.max(-1, ...(targets.get(name) ?? []).map(height));
    known.set(name, result);
    return result;
  };
  return height;
}
