import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Writable } from "node:stream";
import type { Logger } from "pino";
import { outerEnvironment } from "./sandbox/quick.ts";

const SCRIPT = readFileSync(new URL("lifeline.pl", import.meta.url), "utf8");

type Watcher = ChildProcessByStdio<Writable, null, null>;

/**
 * A small process beside a worker that ends the worker's builds when it isn't told in time that they are still the worker's: a worker that
 * hangs, or is stopped, can't do that itself, and what it began would go on beside what another has begun anew. It ends with the worker.
 */
export class Lifeline implements AsyncDisposable {
  readonly #log: Logger;
  /** First processes of builds' commands. */
  readonly #roots = new Set<number>();
  #until = Number.POSITIVE_INFINITY;
  #watcher: Watcher | null = null;
  #isEnded = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What runs is this worker's for so many milliseconds from now. */
  extend(ms: number): void {
    this.#until = performance.now() + ms;
    if (this.#watcher) this.#tell(this.#watcher, "=", ms);
  }

  /** The first process of a command, which leads a process group; until it is disposed of. */
  watch(pid: number): Disposable {
    this.#roots.add(pid);
    if (this.#watcher) this.#tell(this.#watcher, "+", pid);
    else this.#start();
    return {
      [Symbol.dispose]: () => {
        this.#roots.delete(pid);
        if (this.#watcher) this.#tell(this.#watcher, "-", pid);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    const watcher = this.#watcher;
    if (!watcher) return;
    const ended = once(watcher, "exit");
    watcher.stdin.end();
    await ended;
  }

  /** With the first command, and again should it be killed. */
  #start(): void {
    if (this.#isEnded) return;
    const watcher: Watcher = spawn("perl", ["-e", SCRIPT], {
      cwd: "/",
      env: outerEnvironment(),
      // A session of its own: a terminal's Ctrl-C is for the worker.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#watcher = watcher;
    watcher.unref();
    watcher.stdin.on("error", () => undefined);
    watcher.once("error", (error) => {
      this.#watcher = null;
      this.#log.warn({ err: error }, "nobody ends this worker's builds should it hang");
    });
    watcher.once("exit", () => {
      this.#watcher = null;
      if (this.#roots.size > 0) this.#start();
    });
    for (const root of this.#roots) this.#tell(watcher, "+", root);
    if (Number.isFinite(this.#until)) this.#tell(watcher, "=", this.#until - performance.now());
  }

  #tell(watcher: Watcher, what: "+" | "-" | "=", value: number): void {
    watcher.stdin.write(`${what} ${Math.max(0, Math.round(value))}\n`);
  }
}
