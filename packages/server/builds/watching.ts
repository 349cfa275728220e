import { setTimeout as sleep } from "node:timers/promises";
import type { Change } from "./changes.ts";
import type { LogLines } from "./log-lines.ts";
import { isLive } from "./records.ts";
import type { Build, BuildEvent } from "./types.ts";

/** Lines that are read at once for somebody who watches; the rest waits in the database until those are taken. */
const AT_ONCE = 500;
/** Looked at again even if nobody has said that anything has changed, in milliseconds. */
const BACKSTOP = 5_000;

export interface Watched {
  /** As it is now, from memory where nothing has changed. */
  build(id: string): Promise<Build | null>;
  log: LogLines;
}

/** Everybody who watches a build, and what wakes them. */
export class Watchers {
  readonly #watched: Watched;
  readonly #watchers = new Map<string, Set<Watcher>>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** What has to be read is read when it is asked for: somebody slow holds nothing in memory but the part before it. */
  async *watch(id: string, fromLine: number, signal: AbortSignal): AsyncGenerator<BuildEvent, void, undefined> {
    const watcher = new Watcher(signal);
    using _ = this.#enter(id, watcher);
    watcher.tell(await this.#watched.log.count(id));
    let next = Math.max(0, fromLine);
    let told: Build | null = null;
    while (!signal.aborted) {
      // First the build, then the lines: those of one that has ended are all there.
      const build = await this.#watched.build(id);
      if (build === null) return;
      if (told === null) yield { kind: "build", build };
      if (!isLive(build)) watcher.tell(await this.#watched.log.count(id));
      while (next < watcher.lines) {
        const until = Math.min(watcher.lines, next + AT_ONCE);
        const lines = await this.#watched.log.part(id, next, until);
        for (const line of lines) yield { kind: "line", line };
        next = lines.at(-1)?.number === undefined ? until : (lines.at(-1)?.number ?? 0) + 1;
        if (signal.aborted) return;
      }
      if (told !== null && build !== told) yield { kind: "build", build };
      told = build;
      if (!isLive(build)) return;
      if (!(await watcher.woken(BACKSTOP))) watcher.tell(await this.#watched.log.count(id));
    }
  }

  /** Null: anything may have changed. */
  hear(change: Change | null): void {
    if (change === null) {
      this.#wakeAll();
      return;
    }
    if (change.kind === "log") for (const one of this.#watchers.get(change.id) ?? []) one.tell(change.lines);
    if (change.kind !== "build") return;
    for (const one of this.#watchers.get(change.id) ?? []) one.wake();
    // Who waits has another position as soon as somebody has left.
    if (change.state !== "queued") this.#wakeAll();
  }

  #wakeAll(): void {
    for (const watchers of this.#watchers.values()) for (const one of watchers) one.wake();
  }

  #enter(id: string, watcher: Watcher): Disposable {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    return {
      [Symbol.dispose]: () => {
        watchers.delete(watcher);
        if (watchers.size === 0) this.#watchers.delete(id);
      },
    };
  }
}

/** One who watches: what it was told since it last looked. */
class Watcher {
  lines = 0;
  readonly #signal: AbortSignal;
  #isWoken = false;
  #wake: (() => void) | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  tell(lines: number): void {
    this.lines = Math.max(this.lines, lines);
    this.wake();
  }

  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** True if something has changed; false after `ms` milliseconds, or when the signal aborts. */
  async woken(ms: number): Promise<boolean> {
    const done = new AbortController();
    if (!this.#isWoken) {
      this.#wake = () => done.abort();
      const until = AbortSignal.any([done.signal, this.#signal]);
      await sleep(ms, undefined, { signal: until }).catch(() => undefined);
      this.#wake = null;
    }
    const was = this.#isWoken;
    this.#isWoken = false;
    return was;
  }
}
