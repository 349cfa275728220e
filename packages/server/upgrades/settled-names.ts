import { rowFor } from "./build-rows.ts";
import { type KnownPackages, versionIn } from "./installed-names.ts";
import {
  mergeReason,
  missingReason,
  missingSuccessorReason,
  renameReason,
  splitReason,
  uselessReason,
} from "./reasons.ts";
import type { PlannedRow } from "./row-plan.ts";
import type { Change } from "./types.ts";

/** What becomes of what is installed. */
export interface Outcome {
  /** Names in the new release. */
  readonly packages: Set<string>;
  /** What isn't the same as before: by the order of the rows, then by name. */
  readonly changes: Change[];
  readonly known: KnownPackages;
  readonly offered: string;
}

/** A name on its way through the rows: what it stands for, and the rows that led to it. */
export interface Moved {
  /** As the device calls them. */
  from: readonly string[];
  via: readonly PlannedRow[];
  /** The successor that a row names and the release doesn't have. */
  lost: string | null;
}

/** A name that has come through all rows: in the set it goes, or it is missing. */
export function settle(name: string, move: Moved, outcome: Outcome): void {
  const { packages, changes, known, offered } = outcome;
  const row = move.via.at(-1);
  if (versionIn(known.new, name) === undefined) {
    const reason =
      move.lost === null ? missingReason(move.from, offered) : missingSuccessorReason(move.from, move.lost, offered);
    changes.push({ kind: "missing", from: move.from, to: [], mandatory: true, since: row?.since ?? null, reason });
    return;
  }
  const isAlreadyThere = packages.has(name);
  packages.add(name);
  if (row) changes.push(changeTo(name, move, row, isAlreadyThere, known));
}

function changeTo(
  name: string,
  { from, via }: Moved,
  row: PlannedRow,
  isAlreadyThere: boolean,
  known: KnownPackages,
): Change {
  const mandatory = via.some(({ mandatory, source }) => mandatory || versionIn(known.new, source) === undefined);
  const change = { from, to: [name], mandatory, since: row.since };
  if (from.length > 1 || isAlreadyThere) {
    return { kind: "merge", ...change, reason: mergeReason(from, name, row, isAlreadyThere) };
  }
  const split = via.filter(({ choices }) => choices.length > 1);
  if (split.length > 0) {
    const others = split
      .flatMap(({ choices }) => choices.map(({ target }) => target))
      .filter((other) => other !== name);
    const choices = [...new Set(others)].sort();
    return { kind: "split", ...change, choices, reason: splitReason(from, name, row, choices) };
  }
  return { kind: "rename", ...change, reason: renameReason(from, name, row) };
}

/** A package the new release doesn't have and no row is about: a build would rename or drop it, else it is missing. */
export function lose(name: string, said: string, { packages, changes, known, offered }: Outcome): void {
  const found = rowFor(known.plan.buildRows, name);
  const change = { from: [said], mandatory: true, since: null };
  if (found?.to === null) {
    changes.push({ kind: "drop", ...change, to: [], reason: uselessReason(said, offered, found.row.reason ?? null) });
  } else if (found && versionIn(known.new, found.to) !== undefined) {
    packages.add(found.to);
    const row = { since: `in ${offered}`, reason: found.row.reason ?? null };
    changes.push({ kind: "rename", ...change, to: [found.to], reason: renameReason([said], found.to, row) });
  } else {
    changes.push({ kind: "missing", ...change, to: [], reason: missingReason([said], offered) });
  }
}
