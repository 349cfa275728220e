/** Looks once whether the app works. The answer is a value, not an exception: `ok`, or why not, in words for people. */
export interface HealthProbe {
  /** What is looked at, for the log: `http://127.0.0.1:8080/version`. */
  readonly name: string;
  readonly withinMs: number;
  readonly steadyMs: number;
  probe(expectedVersion: string | null, signal: AbortSignal): Promise<HealthReading>;
}

export type HealthReading = { ok: true } | { ok: false; reason: string };
