import { type Failure, failure, type Outcome, type UpdateResult } from "@pawl/protocol";
import { Chance } from "../chance.ts";
import { FAILURES } from "./failures.ts";

const DAY_MS = 24 * 60 * 60_000;
const MB = 1_000_000;
const RESULTS: readonly UpdateResult[] = [
  "success",
  "success",
  "success",
  "rolled_back",
  "failed",
  "cancelled",
  "undone",
];
/** The version that the newest of them led to, or kept. */
const NEWEST = { major: 2, minor: 2, patch: 5 };
/** So many patches a minor version had, and so many minor versions a major one. */
const EACH = 12;

/** So many updates of the past, the newest first: about one every other day, most of which worked; each begins where the one before ended. */
export function pastUpdates(count: number, now: Date): Outcome[] {
  const chance = new Chance(500);
  // Told backwards: how many releases below the newest one the device was.
  let below = 0;
  return Array.from({ length: count }, (_, index) => {
    const started = new Date(now.getTime() - (index + 3) * 2 * DAY_MS - chance.number(0, DAY_MS));
    const result = chance.one(RESULTS, 2);
    const isBack = result === "success" && below > 0 && index % 9 === 4;
    const [from, to] = result !== "success" ? [below, below - 1] : isBack ? [below - 1, below] : [below + 1, below];
    if (result === "success") below = from;
    const id = `${started.getTime().toString(36).padStart(9, "0")}-${chance.hex(6)}`;
    const seconds = chance.number(15, 240);
    const { why, share } = endOf(result, versionBelow(from), versionBelow(to), index);
    return {
      id,
      kind: isBack ? "rollback" : "install",
      from: versionBelow(from),
      to: versionBelow(to),
      channel: index % 11 === 0 ? "beta" : "stable",
      started_at: started.toISOString(),
      finished_at: new Date(started.getTime() + seconds * 1_000).toISOString(),
      result,
      failure: why,
      bytes_downloaded: isBack ? 0 : Math.round(share * chance.number(90, 180)) * (MB / 10),
      resumed: result === "success" && index % 13 === 7,
    };
  });
}

/** Why one ended so, as a real device has it, and how much of it was fetched by then. */
function endOf(result: UpdateResult, from: string, to: string, index: number): { why: Failure | null; share: number } {
  const back = { version: to, back_on: from };
  switch (result) {
    case "success":
      return { why: null, share: 1 };
    case "cancelled":
      return {
        why: failure("cancelled", "The update was cancelled. Nothing was changed.", { version: to }),
        share: 0.4,
      };
    case "rolled_back": {
      const why = index % 2 === 0 ? FAILURES.health(to) : FAILURES.restart(to);
      return { why: { ...why, ...back }, share: 1 };
    }
    case "undone":
      return { why: { ...FAILURES.powerLost(), ...back }, share: 1 };
    case "failed": {
      const whys = [FAILURES.brokenOff, FAILURES.diskFull, FAILURES.hash, FAILURES.signature];
      const why = (whys[index % whys.length] ?? FAILURES.brokenOff)();
      return { why: { ...why, version: to }, share: why.phase === "verifying" ? 1 : 0 };
    }
  }
}

function versionBelow(releases: number): string {
  const number = (NEWEST.major * EACH + NEWEST.minor) * EACH + NEWEST.patch - releases;
  return [Math.floor(number / EACH / EACH), Math.floor(number / EACH) % EACH, number % EACH].join(".");
}
