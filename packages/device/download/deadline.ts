import type { UpdateError } from "../error.ts";

export interface DeadlineOptions {
  /** For everything together, in milliseconds; without it only silence ends the wait. */
  totalMs?: number;
  /** Longest silence, in milliseconds. */
  idleMs: number;
  /** What is thrown when one of them is over. */
  expired: (after: { ms: number; silent: boolean }) => UpdateError;
  /** The caller's; its reason is passed on. */
  signal: AbortSignal;
}

export interface Deadline extends Disposable {
  /** Aborts with the caller's signal, when time is over, and at disposal, which ends whatever was left open. */
  readonly signal: AbortSignal;
  /** Something has arrived or is waited for: silence is counted from now. */
  touch(): void;
  /** Silence doesn't count until the next `touch`, for instance while the disk is slow. */
  hold(): void;
}

export function startDeadline({ totalMs, idleMs, expired, signal }: DeadlineOptions): Deadline {
  const controller = new AbortController();
  const end = (ms: number, silent: boolean) => controller.abort(expired({ ms, silent }));
  const passOn = () => controller.abort(signal.reason);
  if (signal.aborted) passOn();
  else signal.addEventListener("abort", passOn, { once: true });
  const total = totalMs === undefined ? undefined : setTimeout(end, totalMs, totalMs, false);
  let idle: NodeJS.Timeout | undefined = setTimeout(end, idleMs, idleMs, true);
  return {
    signal: controller.signal,
    touch() {
      if (idle) idle.refresh();
      else idle = setTimeout(end, idleMs, idleMs, true);
    },
    hold() {
      clearTimeout(idle);
      idle = undefined;
    },
    [Symbol.dispose]() {
      clearTimeout(total);
      clearTimeout(idle);
      signal.removeEventListener("abort", passOn);
      controller.abort();
    },
  };
}
