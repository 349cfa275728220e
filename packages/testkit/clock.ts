import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../device/system/types.ts";

interface Sleeper {
  until: number;
  wake: () => void;
}

/**
 * A clock that only moves when it is told to, or, when made with `{ auto: true }`, jumps to the next sleeper's time as
 * soon as the event loop has had a turn: sleeping costs nothing, real sockets and processes still get their share.
 */
export class TestClock implements Clock {
  private readonly sleepers = new Set<Sleeper>();
  private readonly auto: boolean;
  private wall: number;
  private elapsed = 0;

  constructor(options: { now?: string; auto?: boolean } = {}) {
    this.wall = Date.parse(options.now ?? "2026-03-01T12:00:00Z");
    this.auto = options.auto ?? false;
  }

  now(): Date {
    return new Date(this.wall);
  }

  monotonic(): number {
    return this.elapsed;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const abort = () => {
        this.sleepers.delete(sleeper);
        reject(signal.reason);
      };
      const wake = () => {
        this.sleepers.delete(sleeper);
        signal.removeEventListener("abort", abort);
        resolve();
      };
      const sleeper = { until: this.elapsed + ms, wake };
      this.sleepers.add(sleeper);
      signal.addEventListener("abort", abort, { once: true });
      if (this.auto) setImmediate(() => this.jump());
    });
  }

  /** Lets time pass, in milliseconds. Whoever wakes on the way runs, at its own time, before the next one wakes. */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    await turn();
    for (let next = this.next(); next && next.until <= end; next = this.next()) {
      this.moveTo(next.until);
      next.wake();
      await turn();
    }
    this.moveTo(end);
  }

  /** Time passes for everyone at once, as for a process that was suspended, in milliseconds. */
  suspend(ms: number): void {
    this.moveTo(this.elapsed + ms);
    for (const sleeper of [...this.sleepers]) if (sleeper.until <= this.elapsed) sleeper.wake();
  }

  /** Sets the wall clock, as NTP or an owner does. The monotonic clock doesn't notice. */
  setTime(now: string): void {
    this.wall = Date.parse(now);
  }

  private jump(): void {
    const next = this.next();
    if (!next) return;
    this.moveTo(next.until);
    next.wake();
  }

  private next(): Sleeper | undefined {
    return [...this.sleepers].sort((a, b) => a.until - b.until)[0];
  }

  private moveTo(elapsed: number): void {
    if (elapsed <= this.elapsed) return;
    this.wall += elapsed - this.elapsed;
    this.elapsed = elapsed;
  }
}
