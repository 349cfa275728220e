import type { Store } from "../storage/types.ts";
import type { HealthCheck } from "./parts.ts";

/** However often somebody probes, the store is asked no more often than so, in milliseconds: it may be behind a network, and be paid for. */
const ASK_EVERY_MS = 15_000;
const WITHIN_MS = 2_000;

/** Whether images can be had from the store. Without them a server still answers everybody, so it isn't needed to be ready. */
export function storeHealth(store: Pick<Store, "readMark">, now: () => number = () => performance.now()): HealthCheck {
  let asked: { at: number; trouble: Promise<string | null> } | null = null;
  return {
    name: "store",
    isNeeded: false,
    check() {
      if (asked === null || now() - asked.at > ASK_EVERY_MS) asked = { at: now(), trouble: troubleOf(store) };
      return asked.trouble;
    },
  };
}

async function troubleOf(store: Pick<Store, "readMark">): Promise<string | null> {
  try {
    await store.readMark(AbortSignal.timeout(WITHIN_MS));
    return null;
  } catch {
    // Its own words are for the log and the doctor, not for whoever probes.
    return "The store of images can't be read.";
  }
}
