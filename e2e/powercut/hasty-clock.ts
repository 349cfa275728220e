import type { Overrides } from "@pawl/device/compose";

type Clock = NonNullable<Overrides["clock"]>;

/** Longest real pause, in milliseconds. Whoever waits for a file or a process still gives it a turn. */
const PAUSE_MS = 5;

/** Not this machine's: what its clock says mustn't decide what comes out. */
const START = Date.parse("2026-03-01T12:00:00Z");

/** A clock on which nobody sleeps for long: two thousand restarts would take more than an hour. */
export const hastyClock: Clock = {
  now: () => new Date(START + performance.now()),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const end = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(
        () => {
          signal.removeEventListener("abort", end);
          resolve();
        },
        Math.min(ms, PAUSE_MS),
      );
      signal.addEventListener("abort", end, { once: true });
    }),
};
