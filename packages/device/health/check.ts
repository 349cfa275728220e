import type { Clock } from "../system/types.ts";
import { look } from "./look.ts";
import type { HealthProbe, HealthReading } from "./types.ts";
import { seconds } from "./words.ts";

/** Between two looks, in milliseconds: until the first that succeeds, and after it. */
const POLL_MS = { first: 250, steady: 500 };

export interface HealthCheck {
  probes: readonly HealthProbe[];
  /** The version the release says it has; null: not compared. */
  expectedVersion: string | null;
  clock: Clock;
  signal: AbortSignal;
  onLine: (line: string) => void;
  /** A single look may take this long, in milliseconds of real time. */
  lookMs?: number;
}

/**
 * Whether a release works: each probe has to succeed once within its `withinMs`, and then every time for its `steadyMs`.
 * The probes run side by side; the first that fails ends them all. Rejects only when `signal` aborts.
 */
export async function checkHealth(check: HealthCheck): Promise<HealthReading> {
  const others = new AbortController();
  const stop = () => others.abort(check.signal.reason);
  check.signal.throwIfAborted();
  check.signal.addEventListener("abort", stop, { once: true });
  let decided: HealthReading | { fault: unknown } | null = null;
  const decide = (decision: HealthReading | { fault: unknown }) => {
    decided ??= decision;
    others.abort();
  };
  try {
    const ends = check.probes.map((probe) =>
      follow(probe, { ...check, signal: others.signal }).then(
        (reading) => reading.ok || decide(reading),
        (fault) => decide({ fault }),
      ),
    );
    // Nobody is left looking when this returns.
    await Promise.all(ends);
    check.signal.throwIfAborted();
    return verdict(decided);
  } finally {
    check.signal.removeEventListener("abort", stop);
  }
}

function verdict(decided: HealthReading | { fault: unknown } | null): HealthReading {
  if (decided && "fault" in decided) throw decided.fault;
  return decided ?? { ok: true };
}

async function follow(probe: HealthProbe, check: HealthCheck): Promise<HealthReading> {
  const { clock, onLine } = check;
  const failure = await untilFirst(probe, check);
  if (failure) return { ok: false, reason: `${probe.name} ${failure} until ${seconds(probe.withinMs)} were over` };
  const up = clock.monotonic();
  if (probe.steadyMs > 0) onLine(`${probe.name} works; watching it for ${seconds(probe.steadyMs)}`);
  const trouble = await whileSteady(probe, check, up + probe.steadyMs);
  if (!trouble) return { ok: true };
  return { ok: false, reason: `${probe.name} worked, then ${trouble} after ${seconds(clock.monotonic() - up)}` };
}

/** Null as soon as it succeeds, else why the last look failed. */
async function untilFirst(probe: HealthProbe, check: HealthCheck): Promise<string | null> {
  const { clock, signal, onLine } = check;
  const deadline = clock.monotonic() + probe.withinMs;
  let said = "";
  for (;;) {
    const begun = clock.monotonic();
    const reading = await look(probe, check);
    if (reading.ok) return null;
    // Only a look begun at the deadline or later condemns: after a suspension the app gets one when both are awake.
    if (begun >= deadline) return reading.reason;
    if (reading.reason !== said) onLine(`Waiting: ${probe.name} ${reading.reason}`);
    said = reading.reason;
    await clock.sleep(Math.min(POLL_MS.first, Math.max(0, deadline - clock.monotonic())), signal);
  }
}

/** Null when every look until `end` succeeded, else why one did not. */
async function whileSteady(probe: HealthProbe, check: HealthCheck, end: number): Promise<string | null> {
  const { clock, signal } = check;
  for (let left = end - clock.monotonic(); left > 0; left = end - clock.monotonic()) {
    await clock.sleep(Math.min(POLL_MS.steady, left), signal);
    const reading = await look(probe, check);
    if (!reading.ok) return reading.reason;
  }
  return null;
}
