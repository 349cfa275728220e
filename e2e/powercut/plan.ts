import type { Call } from "./calls.ts";
import type { Base, CutState, Trace } from "./lab.ts";
import { general, type Point, pointsOf, sampleOf } from "./point.ts";
import { SCENARIOS, type Scenario, titleOf } from "./scenario.ts";

/** A disk that is to be prepared. */
export interface PlannedBase {
  scenario: Scenario;
  cutIn: CutState | null;
}

/** Where an update is cut off for its recovery to be cut off again: every state of root's engine, where it is reached. */
const RECOVERED: Readonly<Record<Scenario["name"], readonly CutState[]>> = {
  install: ["staging", "backing-up", "switching", "restarting", "testing"],
  adoption: ["staging", "backing-up", "switching", "restarting", "testing"],
  rollback: ["backing-up", "switching", "restarting", "testing"],
  "going-back": ["rolling-back"],
  "making-do": ["making-do"],
};

/** How many points each recovery is cut off at. The rest of what it does is what an update does, and is tried there. */
const POINTS_OF_RECOVERY = 4;

/** The way up to here is another scenario's, whose points are tried there. */
const GOES_LIKE: Partial<Record<Scenario["name"], Scenario["name"]>> = {
  "going-back": "install",
  "making-do": "rollback",
};

/** Every disk there is to begin with. */
export function allBases(): PlannedBase[] {
  return SCENARIOS.flatMap((scenario) => [
    { scenario, cutIn: null },
    ...RECOVERED[scenario.name].map((cutIn) => ({ scenario, cutIn })),
  ]);
}

/** How a base is named on the command line and in reports. */
export function baseTitle({ scenario, cutIn }: PlannedBase): string {
  return cutIn === null ? titleOf(scenario) : `${titleOf(scenario)}@${cutIn}`;
}

export interface Traced extends Trace {
  base: Base;
}

/** The points that are tried on a base, of all that were traced. */
export function pointsFor(traced: Traced, all: readonly Traced[], looks: boolean): Point[] {
  const { base } = traced;
  const points = pointsOf({
    calls: ownCalls(traced, all, "calls").filter(({ isIdle }) => looks || !isIdle),
    filteredCalls: ownCalls(traced, all, "filteredCalls"),
    syncs: traced.syncs,
  });
  if (base.cutIn === null) return points;
  return sampleOf(
    points.filter(({ kind }) => kind === "cut" || kind === "cut-at-sync"),
    POINTS_OF_RECOVERY,
  );
}

/** Without those that another scenario makes just so up to there. */
function ownCalls(traced: Traced, all: readonly Traced[], which: "calls" | "filteredCalls"): readonly Call[] {
  const { base, [which]: calls } = traced;
  const like = GOES_LIKE[base.scenario.name];
  const other = all.find(
    ({ base: { scenario, cutIn } }) =>
      base.cutIn === null && cutIn === null && scenario.name === like && scenario.layout === base.scenario.layout,
  );
  if (!other) return calls;
  const differs = calls.findIndex((call, at) => {
    const twin = other[which][at];
    return twin?.name !== call.name || general(twin.path) !== general(call.path);
  });
  return differs === -1 ? [] : calls.slice(differs);
}
