import type { Store } from "../storage/types.ts";
import type { HealthCheck } from "./parts.ts";

/** However often somebody probes, the store is asked no more often than so, in milliseconds: it may be behind a network, and be paid for. */
const ASK_EVERY_MS = 15_000;
const WITHIN_MS = 2_000;

/** Less than that is a few images, and the next build may find none. In bytes. */
const LITTLE_ROOM = 1_000_000_000;

type Asked = Pick<Store, "readMark" | "room">;

/** Whether images can be had from the store, and whether it takes more. Without them a server still answers everybody, so it isn't needed to be ready. */
export function storeHealth(store: Asked, now: () => number = () => performance.now()): HealthCheck {
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

async function troubleOf(store: Asked): Promise<string | null> {
  try {
    await store.readMark(AbortSignal.timeout(WITHIN_MS));
    const room = await store.room();
    if (room === null || room >= LITTLE_ROOM) return null;
    return `The store's disk is nearly full: ${Math.floor(room / 1e6)} MB are left.`;
  } catch {
    // Its own words are for the log and the doctor, not for whoever probes.
    return "The store of images can't be read.";
  }
}
