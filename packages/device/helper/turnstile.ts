import { join } from "node:path";
import { Lock } from "../store/lock.ts";

/** Gone with each boot, and root's alone. */
const STARTING = { dir: "/run/pawl-apply.lock", most: 4 };
/** Behind sudo, while their unit works: as many as there may be apps that are updated at the same time. */
const WAITING = { dir: "/run/pawl-apply-waiting.lock", most: 8 };

/** What one that has to end says. */
export const TOO_MANY = "Too many orders are being carried out at once. Try again in a moment.";

export interface Places {
  dir: string;
  most: number;
}

/** The waking part of the device file leaves its place there for the rest, with which it shares no modules. */
const KEY: unique symbol = Symbol.for("pawl.place");
const shared = globalThis as typeof globalThis & { [KEY]?: AsyncDisposable | undefined };

/**
 * Lets few of root's processes start at the same time: the unprivileged user may order as often as it likes, and each of
 * them takes memory that the apps need. False: there are enough, and this one has to end. An order that was meant comes again.
 */
export async function enter(places: Places = STARTING): Promise<boolean> {
  const place = await takePlace(places);
  if (place) shared[KEY] = place;
  return place !== null;
}

/** Makes room for the next one: from here on the lock of its app sees to it that this process is the only one, or ends. */
export async function leave(): Promise<void> {
  const place = shared[KEY];
  shared[KEY] = undefined;
  try {
    await place?.[Symbol.asyncDispose]();
  } catch {
    // It is free when this process has ended.
  }
}

/** The same for those who wait for a unit, until it is disposed of. Null: there are enough. */
export function waitingPlace(): Promise<AsyncDisposable | null> {
  return takePlace(WAITING);
}

/** Where nothing can be written nobody is counted: an update matters more. */
async function takePlace({ dir, most }: Places): Promise<AsyncDisposable | null> {
  try {
    for (let number = 1; number <= most; number++) {
      const attempt = await Lock.tryAcquire(join(dir, String(number)), "an order", new Date());
      if ("held" in attempt) return attempt.held;
    }
    return null;
  } catch {
    return { [Symbol.asyncDispose]: async () => undefined };
  }
}
