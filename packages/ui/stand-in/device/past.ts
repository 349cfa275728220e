import { failure, type Outcome, type UpdateResult } from "@pawl/protocol";
import { Chance } from "../chance.ts";

const DAY_MS = 24 * 60 * 60_000;
const RESULTS: readonly UpdateResult[] = [
  "success",
  "success",
  "success",
  "rolled_back",
  "failed",
  "cancelled",
  "undone",
];

/** So many updates of the past, the newest first: an install every other day, most of which worked. */
export function pastUpdates(count: number, now: Date): Outcome[] {
  const chance = new Chance(500);
  return Array.from({ length: count }, (_, index) => {
    const started = new Date(now.getTime() - (index + 3) * 2 * DAY_MS - chance.number(0, DAY_MS));
    const result = chance.one(RESULTS, 2);
    const newest = 225 - Math.floor(index / 2.3);
    const [from, to] = [newest - 1, newest].map((n) => `${Math.floor(n / 100)}.${Math.floor(n / 10) % 10}.${n % 10}`);
    const reason = `${to} was started but doesn't work: http://127.0.0.1/ answered 502.`;
    return {
      id: `${started.getTime().toString(36).padStart(9, "0")}-${chance.hex(6)}`,
      kind: result === "success" && index % 9 === 4 ? "rollback" : "install",
      from: from ?? null,
      to: to ?? null,
      channel: index % 11 === 0 ? "beta" : "stable",
      started_at: started.toISOString(),
      finished_at: new Date(started.getTime() + chance.number(15, 240) * 1_000).toISOString(),
      result,
      failure: result === "success" ? null : failure(result === "cancelled" ? "cancelled" : "health_failed", reason),
      bytes_downloaded: chance.number(9, 18) * 1_000_000,
      resumed: index % 13 === 7,
    };
  });
}
