import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { allProcesses } from "./limits/process-tree.ts";
import { outerEnvironment } from "./quick.ts";

export interface Exit {
  /** Null when a signal ended it. */
  code: number | null;
  /** The last step before the command was reached. */
  hasStarted: boolean;
}

export interface ContainedOptions {
  /** Whether its child is the first process of a namespace, which takes all others with it. */
  isNamespaced: boolean;
  /** All that there are, by number, itself among them. */
  members(root: number): readonly number[];
  onOutput(stream: "stdout" | "stderr", bytes: Buffer): void;
}

/** How long whatever got away may hold the pipes after the end of all that could be found. */
const PIPES_MS = 2_000;

/** A command and all its processes. They have all ended when `ended` settles. */
export class Contained {
  readonly root: number;
  readonly ended: Promise<Exit>;
  readonly #options: ContainedOptions;
  readonly #child: ChildProcess;
  #isOver = false;

  /** @throws when there is no such program, or no process to be had */
  static async start(argv: readonly string[], options: ContainedOptions): Promise<Contained> {
    const [program = "", ...rest] = argv;
    const child = spawn(program, rest, {
      cwd: "/",
      env: outerEnvironment(),
      // A session of its own: a terminal's Ctrl-C is for the worker.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return new Contained(child, options);
  }

  private constructor(child: ChildProcess, options: ContainedOptions) {
    this.#child = child;
    this.#options = options;
    this.root = child.pid ?? 0;
    child.stdout?.on("data", (bytes: Buffer) => options.onOutput("stdout", bytes));
    child.stderr?.on("data", (bytes: Buffer) => options.onOutput("stderr", bytes));
    this.ended = this.#wait();
  }

  /** Asks all to end. */
  terminate(): void {
    if (this.#isOver) return;
    for (const pid of this.#options.members(this.root)) send(pid, "SIGTERM");
  }

  /** Ends all, whatever they do, and again until it is so. */
  async kill(): Promise<void> {
    for (let wait = 5; !this.#isOver; wait = Math.min(2 * wait, 100)) {
      const first = this.#options.isNamespaced ? childrenOf(this.root) : [];
      // Not unshare(1) itself: it is the one that waits until the namespace is empty.
      const targets = first.length > 0 ? first : this.#options.members(this.root);
      for (const pid of targets.length > 0 ? targets : [this.root]) send(pid, "SIGKILL");
      await sleep(wait);
    }
  }

  async #wait(): Promise<Exit> {
    const child = this.#child;
    const started = readAll(child.stdio[3] as Readable);
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
    if (!this.#options.isNamespaced) await this.#endThoseLeft();
    this.#isOver = true;
    await Promise.race([closed, sleep(PIPES_MS, undefined, { ref: false })]);
    for (const stream of child.stdio) stream?.destroy();
    return { code, hasStarted: await started };
  }

  /** Without a namespace, what a command has left running goes on by itself. */
  async #endThoseLeft(): Promise<void> {
    for (let wait = 5; wait < 10_000; wait *= 2) {
      const left = this.#options.members(this.root).filter((pid) => pid !== this.root);
      if (left.length === 0) return;
      for (const pid of left) send(pid, "SIGKILL");
      await sleep(Math.min(wait, 100));
    }
  }
}

function childrenOf(root: number): number[] {
  return allProcesses()
    .filter(({ parent }) => parent === root)
    .map(({ pid }) => pid);
}

function readAll(stream: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    let hasBytes = false;
    stream.on("data", () => {
      hasBytes = true;
    });
    stream.on("error", () => undefined);
    stream.once("close", () => resolve(hasBytes));
  });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended just now.
  }
}
