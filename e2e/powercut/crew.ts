import { type ChildProcess, spawn } from "node:child_process";
import type { Base, CutState, LabPaths, Mutant, Trace, Trial } from "./lab.ts";
import type { Point } from "./point.ts";
import type { Scenario } from "./scenario.ts";
import type { Ask } from "./worker.ts";

const ENDS_WITHIN_MS = 5_000;

/** Far more than a point takes; who is silent for so long waits for something that never comes, in milliseconds. */
const ANSWERS_WITHIN_MS = 5 * 60_000;

/** One worker: asked one thing at a time. */
export class Worker implements AsyncDisposable {
  readonly #process: ChildProcess;

  constructor(workerFile: string, paths: LabPaths, name: string) {
    const namespace = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const [program = "", ...args] = [...namespace, process.execPath, workerFile, name, JSON.stringify(paths)];
    // A group of its own: Ctrl-C ends the command, and that ends its workers.
    this.#process = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"], detached: true });
  }

  prepare(scenario: Scenario, cutIn: CutState | null): Promise<Base | null> {
    return this.#ask({ do: "prepare", scenario, cutIn });
  }

  trace(base: Base): Promise<Trace> {
    return this.#ask({ do: "trace", base });
  }

  try(base: Base, point: Point, mutant: Mutant | null): Promise<Trial> {
    return this.#ask({ do: "try", base, point, mutant });
  }

  tryAfterEnd(base: Base, mutant: Mutant | null): Promise<Trial> {
    return this.#ask({ do: "try-after-end", base, mutant });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    // Without anybody to ask it ends by itself, unless it is in the middle of something.
    this.#process.disconnect();
    const late = setTimeout(() => this.#process.kill("SIGKILL"), ENDS_WITHIN_MS);
    await ended;
    clearTimeout(late);
  }

  #ask<T>(ask: Ask): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = () => {
        clearTimeout(silent);
        reject(new Error("A worker has ended."));
      };
      const silent = setTimeout(() => {
        reject(new Error(`A worker gave no answer to ${JSON.stringify(ask)}.`));
        this.#process.kill("SIGKILL");
      }, ANSWERS_WITHIN_MS);
      this.#process.once("exit", ended);
      this.#process.once("message", (message: { answer: T } | { trouble: string }) => {
        clearTimeout(silent);
        this.#process.off("exit", ended);
        if ("trouble" in message) reject(new Error(message.trouble));
        else resolve(message.answer);
      });
      this.#process.send(ask);
    });
  }
}

/** Does every job with the next worker that is free, all of them at work at once. Rejects with the first that failed. */
export async function share<Job>(
  workers: readonly Worker[],
  jobs: readonly Job[],
  work: (worker: Worker, job: Job) => Promise<void>,
): Promise<void> {
  const waiting = [...jobs];
  await Promise.all(
    workers.map(async (worker) => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await work(worker, job);
    }),
  );
}
