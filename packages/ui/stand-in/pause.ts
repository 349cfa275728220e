/** Ends after so many milliseconds. Rejects with the signal's reason when that aborts first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
    // In Node: no process stays for a scenario's sake. A browser's timers are numbers.
    (timer as { unref?(): void }).unref?.();
  });
}
