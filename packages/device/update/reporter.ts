import type { ApiState, LogLevel, Outcome, Phase, ProgressEvent, UpdateEvent } from "@pawl/protocol";
import { endState } from "./outcome.ts";
import { type Advance, Meter } from "./progress.ts";

/** Progress goes to the disk at most this often, in milliseconds (contract device-api.md §2). */
const DISK_EVERY_MS = 2_000;

export interface ReporterParts {
  /** Keeps an event for good and shows it to every watcher. */
  keep(event: UpdateEvent): void;
  /** Shows an event to those who watch this process. */
  show(event: UpdateEvent): void;
  /** What an interrupted run of the same update has written already. */
  written: readonly UpdateEvent[];
  /** Milliseconds, never going back. */
  monotonic(): number;
}

/** Tells the world how one update is doing: lines, phases, progress, the end. Says each of its states once, over restarts too. */
export class Reporter {
  readonly #parts: ReporterParts;
  readonly #meter: Meter;
  #phase: Phase | null;
  #hasEnded: boolean;
  #keptAt = Number.NEGATIVE_INFINITY;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    const { written } = parts;
    this.#meter = new Meter(
      written.reduce((most, event) => (event.type === "progress" ? Math.max(most, event.percent) : most), 0),
    );
    this.#phase = written.reduce<Phase | null>((last, event) => (event.type === "status" ? event.phase : last), null);
    this.#hasEnded = written.at(-1)?.type === "done";
  }

  line(line: string, level: LogLevel = "info"): void {
    this.#keep({ type: "line", line, level });
  }

  /** Enters a phase, told even when nothing moves in it. */
  enter(state: ApiState, phase: Phase | null): void {
    if (phase === this.#phase && phase !== null) return;
    this.#phase = phase;
    this.#keep({ type: "status", state, phase });
    if (phase) this.#keepProgress(this.#meter.advance(phase, { share: 0 }));
  }

  advance(advance: Advance): void {
    if (!this.#phase) return;
    const event = this.#meter.advance(this.#phase, advance);
    if (this.#parts.monotonic() - this.#keptAt >= DISK_EVERY_MS) this.#keepProgress(event);
    else this.#parts.show(event);
  }

  /** The update's last words. */
  end(outcome: Outcome): void {
    if (this.#hasEnded) return;
    const state = endState(outcome);
    if (outcome.result === "success") this.#keep(this.#meter.complete());
    this.line(lastLine(outcome), state === "error" ? "error" : "info");
    this.#keep({ type: "status", state, phase: null });
    this.#keep({ type: "done", state, error: state === "error" ? (outcome.failure?.message ?? null) : null });
  }

  #keepProgress(event: ProgressEvent): void {
    this.#keptAt = this.#parts.monotonic();
    this.#keep(event);
  }

  /** An update that seemed to have ended may be taken up again: only a `done` that nothing follows is its end. */
  #keep(event: UpdateEvent): void {
    this.#hasEnded = event.type === "done";
    this.#parts.keep(event);
  }
}

/** Earlier dashboards look for these words (contract device-api.md §1, `progress`). */
function lastLine(outcome: Outcome): string {
  if (outcome.result !== "success") return `✗ ${outcome.failure?.message ?? "The update failed."}`;
  return outcome.kind === "rollback"
    ? `✓ Went back to ${outcome.to} on channel '${outcome.channel}'`
    : `✓ Upgraded to ${outcome.to} on channel '${outcome.channel}'`;
}
