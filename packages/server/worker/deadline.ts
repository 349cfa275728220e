import type { BuildStep } from "../builds/types.ts";
import { Stop, type Why } from "./stops.ts";

/** For fetching and unpacking, before anything is built, in milliseconds. */
export const MOST_PREPARING = 30 * 60_000;
/** How much later than its sandbox an attempt is ended, so that the sandbox can say why. */
const GRACE = 15_000;
/** How long a builder may take to notice that it is to stop. */
const STOPS_WITHIN = 30_000;

/** Ends what no sandbox has ended: the time of a build counts from where it begins to be built. */
export class Deadline implements Disposable {
  readonly #stop: AbortController;
  readonly #timeMs: number;
  #timer: NodeJS.Timeout;
  #isBuilding = false;

  constructor(stop: AbortController, timeMs: number) {
    this.#stop = stop;
    this.#timeMs = timeMs;
    this.#timer = this.#after(MOST_PREPARING, "unprepared");
  }

  at(step: BuildStep): void {
    if (this.#isBuilding || (step !== "resolve" && step !== "assemble")) return;
    this.#isBuilding = true;
    clearTimeout(this.#timer);
    this.#timer = this.#after(this.#timeMs + GRACE, "slow");
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #after(ms: number, why: Why): NodeJS.Timeout {
    return setTimeout(() => this.#stop.abort(new Stop(why)), ms).unref();
  }
}

/** Whoever doesn't stop when told to is left behind: its slot is needed. */
export async function stopsInTime<T>(building: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const stuck = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(signal.reason), STOPS_WITHIN);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([building, stuck]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
