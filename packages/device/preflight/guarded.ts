import type { UpdateError } from "../error.ts";

const LOOK_EVERY_MS = 250;

/**
 * Runs something of which nobody can say beforehand what it will take, and ends it as soon as `look` gives a reason. Throws
 * that then, else what `work` throws.
 */
export async function guarded<Result>(
  look: () => Promise<UpdateError | null>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const tooMuch = new AbortController();
  let looking: Promise<void> | null = null;
  const lookOnce = async () => {
    const reason = await look();
    if (reason) tooMuch.abort(reason);
  };
  const timer = setInterval(() => {
    looking ??= lookOnce().finally(() => {
      looking = null;
    });
  }, LOOK_EVERY_MS);
  try {
    return await work(AbortSignal.any([signal, tooMuch.signal]));
  } catch (error) {
    signal.throwIfAborted();
    throw tooMuch.signal.aborted ? tooMuch.signal.reason : error;
  } finally {
    clearInterval(timer);
    await looking;
  }
}
