import { mayComeBack, wait } from "./event-stream.ts";
import { ApiFailure } from "./failure.ts";

/** Why there is no answer yet, and when it is asked for again, in milliseconds since 1970. */
export interface Delay {
  failure: ApiFailure;
  againAt: number;
}

interface Waiting {
  signal: AbortSignal;
  /** At each answer that isn't one; null: it is asked again now. */
  onDelay: (delay: Delay | null) => void;
  /** Ends the wait before the next call, as a press on "Try now" does. */
  poke?: EventTarget;
}

/** Between two calls, in milliseconds: the first and the longest it grows to where the server doesn't say; the most it may say. */
const AGAIN_AFTER_MS = { first: 2_000, longest: 60_000, most: 3_600_000 };

/**
 * Asks until there is an answer, for as long as the signal lets it: what is away, busy or full comes back, and says itself when.
 * @throws ApiFailure what asking again doesn't change
 */
export async function untilAnswered<T>(call: (signal: AbortSignal) => Promise<T>, waiting: Waiting): Promise<T> {
  const { signal, onDelay, poke } = waiting;
  for (let pause = AGAIN_AFTER_MS.first; ; pause = Math.min(pause * 2, AGAIN_AFTER_MS.longest)) {
    try {
      const answer = await call(signal);
      onDelay(null);
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiFailure) || !mayComeBack(error)) throw error;
      const ms = pauseOf(error.retryAfter, pause);
      onDelay({ failure: error, againAt: Date.now() + ms });
      await untilPoked(ms, signal, poke);
      signal.throwIfAborted();
      onDelay(null);
    }
  }
}

/** Never sooner than the server says, and not all at the same moment: what was away for one was away for many. */
function pauseOf(retryAfter: number | null, pause: number): number {
  if (retryAfter === null) return pause * (0.75 + Math.random() / 2);
  const told = Math.min(Math.max(1_000, retryAfter * 1_000), AGAIN_AFTER_MS.most);
  return told * (1 + Math.random() / 5);
}

/** Until the time is over, somebody presses, or the machine has its network again. */
async function untilPoked(ms: number, signal: AbortSignal, poke?: EventTarget): Promise<void> {
  const early = new AbortController();
  const wake = () => early.abort();
  poke?.addEventListener("poke", wake);
  globalThis.addEventListener?.("online", wake);
  try {
    await wait(ms, AbortSignal.any([signal, early.signal]));
  } finally {
    poke?.removeEventListener("poke", wake);
    globalThis.removeEventListener?.("online", wake);
  }
}
