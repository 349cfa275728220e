import type { Worker } from "./crew.ts";
import type { Mutant } from "./lab.ts";
import { baseTitle, type Traced } from "./plan.ts";
import { pointsOf, sampleOf } from "./point.ts";

/** Updaters that leave something out. A command that doesn't see it would see nothing. */
export const MUTANTS: readonly Mutant[] = [
  { name: "leaves out the sync of the data, keeps the journal's", isSyncIdle: true, isFsyncIdle: false },
  { name: "leaves out every fsync", isSyncIdle: true, isFsyncIdle: true },
];

/** How many points of the second half of an update, in which the new files count, are tried at most. */
const MOST_POINTS = 12;

/** The first thing that was wrong with what a mutant made of a base, or null: it was not caught. */
export async function catchMutant(worker: Worker, traced: Traced, mutant: Mutant): Promise<string | null> {
  const { base, calls } = traced;
  const after = await worker.tryAfterEnd(base, mutant);
  if (after.wrong[0]) return `${baseTitle(base)}, after its end was recorded: ${after.wrong[0].what}`;
  if (mutant.isFsyncIdle) return null;
  const cuts = pointsOf({ ...traced, calls: calls.filter(({ isIdle }) => !isIdle) }).filter(
    ({ kind }) => kind === "cut",
  );
  for (const point of sampleOf(cuts.slice(Math.floor(cuts.length / 2)), MOST_POINTS)) {
    const { wrong } = await worker.try(base, point, mutant);
    if (wrong[0]) return `${baseTitle(base)}, cut off in the second half: ${wrong[0].what}`;
  }
  return null;
}

/** Where a mutant has to be caught: what is new there has been written just now. */
export function isTelling({ base }: Traced): boolean {
  return base.cutIn === null && (base.scenario.name === "install" || base.scenario.name === "adoption");
}
