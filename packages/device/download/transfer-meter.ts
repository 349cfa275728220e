import type { Clock } from "../system/types.ts";

export interface DownloadProgress {
  doneBytes: number;
  totalBytes: number;
  /** Smoothed over about three seconds; null until there is something to measure. */
  bytesPerSecond: number | null;
}

const EVERY_MS = 200;
const SMOOTHED_OVER_MS = 3000;

/**
 * Tells how far a download is: at its start, at its end, and at most every 200 ms between. As long as nobody knows how
 * long the file is it says nothing: a bar that moves towards an invented end would lie.
 */
export class TransferMeter {
  #totalBytes: number | null;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #tell: (progress: DownloadProgress) => void;
  #last: { at: number; doneBytes: number } | null = null;
  #rate: number | null = null;

  constructor(totalBytes: number | null, clock: Pick<Clock, "monotonic">, tell: (progress: DownloadProgress) => void) {
    this.#totalBytes = totalBytes;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** A connection begins: what is there already, and the pause before it, don't count in the rate. */
  begin(doneBytes: number, totalBytes: number | null = this.#totalBytes): void {
    this.#totalBytes = totalBytes;
    this.#last = { at: this.#clock.monotonic(), doneBytes };
    this.#tellNow(doneBytes);
  }

  update(doneBytes: number): void {
    const at = this.#clock.monotonic();
    if (this.#last && at - this.#last.at < EVERY_MS) return;
    this.#measure(at, doneBytes);
    this.#tellNow(doneBytes);
  }

  end(doneBytes: number): void {
    this.#totalBytes = doneBytes;
    this.#measure(this.#clock.monotonic(), doneBytes);
    this.#tellNow(doneBytes);
  }

  /** Exponential smoothing whose weight follows the time that has passed, not the number of samples. */
  #measure(at: number, doneBytes: number): void {
    const last = this.#last;
    this.#last = { at, doneBytes };
    if (!last || at <= last.at || doneBytes <= last.doneBytes) return;
    const now = ((doneBytes - last.doneBytes) * 1000) / (at - last.at);
    const weight = 1 - Math.exp(-(at - last.at) / SMOOTHED_OVER_MS);
    this.#rate = this.#rate === null ? now : this.#rate + weight * (now - this.#rate);
  }

  #tellNow(doneBytes: number): void {
    if (this.#totalBytes === null) return;
    const bytesPerSecond = this.#rate === null ? null : Math.round(this.#rate);
    this.#tell({ doneBytes, totalBytes: this.#totalBytes, bytesPerSecond });
  }
}
