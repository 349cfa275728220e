import type { Run, RunResult } from "../types.ts";

/** What a service needs to reach the operating system. */
export interface Control {
  run: Run;
  /** For each single program, in milliseconds. */
  timeoutMs: number;
}

/** One kind of `services:` in `pawl.yaml`. The calls answer with how the deciding program ended; code 0 is success. */
export interface Service {
  readonly name: string;
  readonly optional: boolean;
  /** Others need it, too: it is never stopped. */
  readonly isShared?: boolean;
  start(signal: AbortSignal, onLine: (line: string) => void): Promise<RunResult>;
  stop(signal: AbortSignal, onLine: (line: string) => void): Promise<RunResult>;
  restart(signal: AbortSignal, onLine: (line: string) => void): Promise<RunResult>;
  /** Whether a call failed because this device has no such service. */
  isAbsent(result: RunResult, signal: AbortSignal): Promise<boolean>;
  /** Null when nothing can tell whether it runs. */
  watch(): ServiceWatch | null;
}

/** Looks again and again at one service; remembers what it saw, so that a service that restarts by itself is noticed. */
export interface ServiceWatch {
  readonly name: string;
  isUp(signal: AbortSignal): Promise<ServiceReading>;
}

/** `reason` goes on from the service's name: "isn't running". */
export type ServiceReading = { ok: true } | { ok: false; reason: string };

/** A look at a service may take this long, in milliseconds. */
export const LOOK_MS = 5000;
