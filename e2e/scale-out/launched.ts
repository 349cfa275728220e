import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** A program as it is started, again and again in the same way. */
export interface Program {
  /** `server-1`; its log is called so. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Who it runs as; default: whoever launches it. */
  user?: { uid: number; gid: number } | undefined;
  /** Whether a line of its output says that it is ready. */
  isReady(line: string): boolean;
  /** By which it ends in order. Default SIGTERM. */
  endSignal?: NodeJS.Signals;
}

/** Milliseconds before one that has ended is started again: at first, and at most while it doesn't get ready. */
const PAUSE_MS = { first: 100, most: 2_000 };
/** Starts in a row that came to nothing, until it is given up. */
const MOST_FAILURES = 20;
/** How long a start may take, and an end in order. */
const READY_WITHIN_MS = 120_000;
const END_WITHIN_MS = 60_000;

/** One program that is kept running, as a service manager does it: whatever ends it, it is started again. Its output is in a file. */
export class Launched implements AsyncDisposable {
  readonly program: Program;
  readonly logFile: string;
  readonly #log: WriteStream;
  readonly #stopping = new AbortController();
  #process: ChildProcess | null = null;
  /** Of the newest start. */
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  /** Whether the newest run has come so far, even if it doesn't run any more. */
  #wasReady = false;
  #runs = 0;
  #last = "";
  /** While it is kept away. */
  #away: PromiseWithResolvers<void> | null = null;
  readonly #keeping: Promise<void>;
  #disposed: Promise<void> | null = null;

  /** Starts it; `ready` says when it has come so far. */
  constructor(program: Program, logFile: string) {
    this.program = program;
    this.logFile = logFile;
    this.#log = createWriteStream(logFile, { flags: "a" });
    this.#ready.promise.catch(() => undefined);
    this.#keeping = this.#keep();
  }

  /** Of the process that runs now; null between two. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** How often it was started. */
  get runs(): number {
    return this.#runs;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** @throws Error with its last line when it doesn't get ready in a minute, or has been given up */
  async ready(): Promise<void> {
    const late = new AbortController();
    const tooLate = sleep(READY_WITHIN_MS, undefined, { signal: late.signal }).then(
      () => Promise.reject(new Error(`${this.program.name} isn't ready; its log ends with: ${this.#last}`)),
      () => undefined,
    );
    try {
      await Promise.race([this.#ready.promise, tooLate]);
    } finally {
      late.abort();
    }
  }

  /** To the process alone, not to what it has started. @returns whether there was one */
  signal(signal: NodeJS.Signals): boolean {
    return this.#process?.kill(signal) ?? false;
  }

  /** Ends it at once; resolves when it has ended, before it runs again. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends it in order; resolves once the next one is ready. */
  async restart(): Promise<void> {
    await this.#end(this.program.endSignal ?? "SIGTERM");
    await this.ready();
  }

  /** Ends it in order, and keeps it away for so many milliseconds. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    this.#away = Promise.withResolvers();
    try {
      await this.#end(this.program.endSignal ?? "SIGTERM");
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    } finally {
      this.#away.resolve();
      this.#away = null;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    this.#stopping.abort();
    this.#process?.kill("SIGCONT");
    await this.#end(this.program.endSignal ?? "SIGTERM");
    await this.#keeping;
    this.#log.end();
    await once(this.#log, "close");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#process;
    if (running === null) return;
    this.#forgetReady();
    const ended = once(running, "exit");
    running.kill(signal);
    const late = setTimeout(() => running.kill("SIGKILL"), END_WITHIN_MS);
    await ended;
    clearTimeout(late);
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      await this.#run();
      if (signal.aborted) break;
      failures = this.#wasReady ? 0 : failures + 1;
      this.#forgetReady();
      if (failures >= MOST_FAILURES) {
        this.#ready.reject(new Error(`${this.program.name} doesn't start; its log ends with: ${this.#last}`));
        return;
      }
      const pause = Math.min(PAUSE_MS.first * 2 ** failures, PAUSE_MS.most);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      await this.#away?.promise;
    }
  }

  /** Once, until it ends. */
  async #run(): Promise<void> {
    const { command, args, env, user } = this.program;
    const child = spawn(command, args, {
      // A place that everybody may be in; and a Ctrl-C is for whoever has launched it.
      cwd: "/",
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...env },
      ...user,
    });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(`ended with ${code ?? signal}`));
    });
    this.#runs++;
    this.#wasReady = false;
    this.#process = child;
    this.#note(`--- ${this.program.name} started as process ${child.pid ?? "none"}`);
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => this.#hear(line, child));
    }
    const how = await ended;
    if (this.#process === child) this.#process = null;
    this.#note(`--- ${this.program.name} ${how}`);
  }

  #hear(line: string, from: ChildProcess): void {
    this.#note(line);
    this.#last = line;
    if (this.#isReady || from !== this.#process || !this.program.isReady(line)) return;
    this.#isReady = true;
    this.#wasReady = true;
    this.#ready.resolve();
  }

  #note(line: string): void {
    if (!this.#log.writableEnded) this.#log.write(`${new Date().toISOString()} ${line}\n`);
  }

  #forgetReady(): void {
    if (this.#isReady) {
      this.#ready = Promise.withResolvers();
      this.#ready.promise.catch(() => undefined);
    }
    this.#isReady = false;
  }
}
