import { type KnownPackages, versionIn } from "./installed-names.ts";
import { dropReason } from "./reasons.ts";
import type { PlannedRow } from "./row-plan.ts";
import { lose, type Moved, type Outcome, settle } from "./settled-names.ts";
import type { Choice } from "./types.ts";

/**
 * Takes installed names (→ as the device says it) through the rows. A row counts only if the release has its successor:
 * a package whose successor isn't there and that still exists itself is kept, and so is one that still exists and was
 * kept by its owner when the row was new. All that the release doesn't have then is missing. `offered` is the
 * release's name, for the sentences.
 */
export function appliedRows(names: ReadonlyMap<string, string>, known: KnownPackages, offered: string): Outcome {
  const outcome: Outcome = { packages: new Set(), changes: [], known, offered };
  const moved = new Map<string, Moved>();
  const gone: string[] = [];
  for (const [name, said] of names) {
    if (known.plan.sources.has(name)) moved.set(name, { from: [said], via: [], lost: null });
    else if (versionIn(known.new, name) !== undefined) outcome.packages.add(name);
    else gone.push(name);
  }
  if (moved.size > 0) follow(moved, names, outcome);
  for (const name of [...moved.keys()].sort()) {
    const move = moved.get(name);
    if (move) settle(name, move, outcome);
  }
  for (const name of gone.sort()) lose(name, names.get(name) ?? name, outcome);
  return outcome;
}

/** Every row once, in their order. What is dropped leaves `moved`, all else goes on under the name a row gives it. */
function follow(moved: Map<string, Moved>, names: ReadonlyMap<string, string>, { known, changes }: Outcome): void {
  // Under whatever name it was there on the way: a row that came with another may already have taken it on.
  const passed = new Set<string>();
  const isInstalled = (name: string): boolean => names.has(name) || passed.has(name);
  for (const [at, row] of known.plan.rows.entries()) {
    const move = moved.get(row.source);
    if (!move) continue;
    const isStillThere = versionIn(known.new, row.source) !== undefined;
    if (row.isOld && isStillThere) continue;
    if (row.choices.length === 0) {
      moved.delete(row.source);
      const { since } = row;
      const mandatory = row.mandatory || !isStillThere;
      changes.push({ kind: "drop", from: move.from, to: [], mandatory, since, reason: dropReason(move.from, row) });
      continue;
    }
    const chosen = preferred(
      row.choices.filter(({ target }) => isReachable(target, at, known)),
      isInstalled,
    );
    if (chosen) {
      moveOn(moved, move, row, chosen.target);
      passed.add(chosen.target);
    } else if (!isStillThere) {
      move.lost = preferred(row.choices, isInstalled)?.target ?? null;
    }
  }
}

/** In the release, or on its way to something that may be. */
function isReachable(name: string, at: number, { plan, new: next }: KnownPackages): boolean {
  return versionIn(next, name) !== undefined || plan.rows.some(({ source }, later) => later > at && source === name);
}

/** The first whose condition holds, else the default. */
function preferred(choices: readonly Choice[], isInstalled: (name: string) => boolean): Choice | undefined {
  const real = choices.filter(({ possible }) => !possible);
  return (
    real.find(({ whenInstalled }) => whenInstalled.some(isInstalled)) ??
    real.find(({ whenInstalled }) => whenInstalled.length === 0)
  );
}

function moveOn(moved: Map<string, Moved>, move: Moved, row: PlannedRow, target: string): void {
  const there = moved.get(target);
  moved.delete(row.source);
  moved.set(target, {
    from: [...(there?.from ?? []), ...move.from].sort(),
    via: [...(there?.via ?? []), ...move.via, row],
    lost: null,
  });
}
