import type { HealthCheck } from "./check.ts";
import type { HealthProbe, HealthReading } from "./types.ts";
import { seconds } from "./words.ts";

/** A look that is ended later than this after its limit was taken by a process that didn't run, in milliseconds. */
const LATE_MS = 250;

/** Whoever is kept from running again and again has to believe what it sees at last. */
const MOST_LOOKS = 3;

/** One look at a probe, which fails when it takes longer than `lookMs`. Rejects when `signal` aborts. */
export async function look(probe: HealthProbe, check: Omit<HealthCheck, "onLine" | "probes">): Promise<HealthReading> {
  const { clock, expectedVersion, signal, lookMs = 5000 } = check;
  for (let looks = 1; ; looks++) {
    const begun = clock.monotonic();
    const reading = await limited(probe, expectedVersion, lookMs, signal);
    // A process that was suspended while it looked wakes to its limit first, not to the answer that came meanwhile.
    const wasAwake = clock.monotonic() - begun <= lookMs + LATE_MS;
    if (reading.ok || wasAwake || looks === MOST_LOOKS) return reading;
  }
}

async function limited(
  probe: HealthProbe,
  expectedVersion: string | null,
  limitMs: number,
  signal: AbortSignal,
): Promise<HealthReading> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, limitMs);
  signal.addEventListener("abort", stop, { once: true });
  const cut = new Promise<never>((_, reject) => {
    limit.signal.addEventListener("abort", () => reject(limit.signal.reason), { once: true });
  });
  try {
    return await Promise.race([probe.probe(expectedVersion, limit.signal), cut]);
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw error;
    return { ok: false, reason: `gave no answer for ${seconds(limitMs)}` };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
