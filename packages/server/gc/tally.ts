import type { GcReport, Going, Reason } from "./types.ts";
import { REASONS } from "./types.ts";

/** So much of what goes is told one by one. */
const LISTED = 100;

/** What a collection has come to so far. */
export class Tally {
  readonly #removed = new Map<Reason, { count: number; bytes: number }>();
  readonly #listed: Going[] = [];
  evicted = { count: 0, bytes: 0 };
  failed = 0;
  aliases = 0;
  kept = 0;
  whole = true;

  /** @param isListed builds with a first-boot script are in no list: contract server.md §5 */
  add(going: Going, isListed: boolean): void {
    const total = this.#removed.get(going.reason) ?? { count: 0, bytes: 0 };
    this.#removed.set(going.reason, { count: total.count + 1, bytes: total.bytes + going.bytes });
    if (isListed && this.#listed.length < LISTED) this.#listed.push(going);
  }

  report({ dryRun, budget }: { dryRun: boolean; budget: number }): GcReport {
    const removed = REASONS.flatMap((reason) => {
      const total = this.#removed.get(reason);
      return total ? [{ reason, ...total }] : [];
    });
    const { evicted, failed, aliases, kept, whole } = this;
    return { dryRun, busy: false, whole, removed, listed: this.#listed, evicted, failed, aliases, kept, budget };
  }
}

/** Somebody else is at it. */
export function busyReport({ dryRun, budget }: { dryRun: boolean; budget: number }): GcReport {
  return { ...new Tally().report({ dryRun, budget }), busy: true, whole: false };
}
