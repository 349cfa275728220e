import type { Phase, ProgressEvent } from "@pawl/protocol";

/** Where each phase lies in the percent of the whole update (contract device-api.md §2). */
const SPAN: Record<Phase, readonly [from: number, to: number]> = {
  downloading: [0, 60],
  verifying: [60, 65],
  waiting: [65, 65],
  staging: [65, 80],
  backing_up: [80, 84],
  activating: [84, 90],
  restarting: [90, 93],
  health_check: [93, 99],
  rolling_back: [0, 0],
};

/** What a step reports of itself: bytes where it has them, else a share from 0 to 1. */
export type Advance = { doneBytes: number; totalBytes: number; bytesPerSecond?: number | null } | { share: number };

/** Turns what steps report into progress of the whole update: never falling, frozen while going back, 100 only when done. */
export class Meter {
  #percent: number;

  /** `percent` is where an interrupted update had got to. */
  constructor(percent = 0) {
    this.#percent = percent;
  }

  advance(phase: Phase, advance: Advance): ProgressEvent {
    const bytes = "totalBytes" in advance ? advance : null;
    const share = bytes
      ? bytes.totalBytes > 0
        ? bytes.doneBytes / bytes.totalBytes
        : 1
      : (advance as { share: number }).share;
    if (phase !== "rolling_back") {
      const [from, to] = SPAN[phase];
      const percent = Math.floor((from + (to - from) * Math.min(1, Math.max(0, share))) * 10) / 10;
      this.#percent = Math.max(this.#percent, percent);
    }
    const rate = bytes?.bytesPerSecond ?? null;
    return {
      type: "progress",
      phase,
      done_bytes: bytes?.doneBytes ?? null,
      total_bytes: bytes?.totalBytes ?? null,
      percent: this.#percent,
      bytes_per_second: rate,
      seconds_left: bytes && rate ? Math.ceil((bytes.totalBytes - bytes.doneBytes) / rate) : null,
    };
  }

  /** Committed. */
  complete(): ProgressEvent {
    this.#percent = 100;
    return {
      type: "progress",
      phase: "health_check",
      done_bytes: null,
      total_bytes: null,
      percent: 100,
      bytes_per_second: null,
      seconds_left: 0,
    };
  }
}
