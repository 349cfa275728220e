import type { BuildStep } from "../../../builds/types.ts";

/** Who wants to know how it goes. */
export interface Listener {
  step(step: BuildStep): void;
  note(line: string): void;
}

interface Run<T> {
  promise: Promise<T>;
  listeners: Set<Listener>;
  abort: AbortController;
  step: BuildStep | null;
}

/**
 * One piece of work for all who want the same at once. One who goes away doesn't end it for the others; when nobody is
 * left, it ends.
 */
export class SharedRuns<T> implements AsyncDisposable {
  readonly #runs = new Map<string, Run<T>>();

  async join(
    key: string,
    listener: Listener,
    signal: AbortSignal,
    work: (all: Listener, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const run = this.#runs.get(key) ?? this.#begin(key, work);
    run.listeners.add(listener);
    if (run.step) listener.step(run.step);
    const gone = Promise.withResolvers<never>();
    const leave = () => gone.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([run.promise, gone.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      run.listeners.delete(listener);
      if (run.listeners.size === 0) {
        run.abort.abort(new Error("nobody waits for it any more"));
        if (signal.aborted) await run.promise.catch(() => undefined);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const runs = [...this.#runs.values()];
    for (const { abort } of runs) abort.abort(new Error("the worker ends"));
    await Promise.allSettled(runs.map(({ promise }) => promise));
  }

  #begin(key: string, work: (all: Listener, signal: AbortSignal) => Promise<T>): Run<T> {
    const abort = new AbortController();
    const listeners = new Set<Listener>();
    const run: Run<T> = { promise: Promise.resolve() as never, listeners, abort, step: null };
    const all: Listener = {
      step: (step) => {
        run.step = step;
        for (const listener of listeners) listener.step(step);
      },
      note: (line) => {
        for (const listener of listeners) listener.note(line);
      },
    };
    // One that is being given up isn't joined any more.
    abort.signal.addEventListener("abort", () => this.#forget(key, run), { once: true });
    run.promise = work(all, abort.signal).finally(() => this.#forget(key, run));
    run.promise.catch(() => undefined);
    this.#runs.set(key, run);
    return run;
  }

  #forget(key: string, run: Run<T>): void {
    if (this.#runs.get(key) === run) this.#runs.delete(key);
  }
}
