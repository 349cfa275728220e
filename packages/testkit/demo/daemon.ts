import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isTaken } from "./free-ports.ts";

/** How long its start may take on a slow machine, in milliseconds. */
const START_MS = 30_000;

interface Served {
  configPath: string;
  apiPort: number;
}

/** The daemon, in a session of its own, so that Ctrl-C doesn't reach it before us. */
export class Daemon implements AsyncDisposable {
  readonly #pawl: readonly [string, ...string[]];
  readonly #configPath: string;
  readonly #port: number;
  readonly #pidFile: string;
  #process: ChildProcess | null = null;

  constructor(pawl: readonly [string, ...string[]], { configPath, apiPort }: Served, pidFile: string) {
    this.#pawl = pawl;
    this.#configPath = configPath;
    this.#port = apiPort;
    this.#pidFile = pidFile;
  }

  /** Settles when its API answers. */
  async start(): Promise<void> {
    const [program, ...args] = this.#pawl;
    this.#process = spawn(program, [...args, "device", "--config", this.#configPath], {
      stdio: ["ignore", "ignore", "inherit"],
      detached: true,
      env: { ...process.env, PAWL_LOG_LEVEL: "warn" },
    });
    await writeFile(this.#pidFile, String(this.#process.pid));
    await untilListening(this.#port, () => this.#hasEnded());
  }

  /** Pawl was built again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
    process.stdout.write("Pawl was built again and restarted.\n");
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || this.#hasEnded()) return;
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await exit;
  }

  #hasEnded(): boolean {
    return this.#process?.exitCode !== null || this.#process.signalCode !== null;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** @throws Error when the program ends first, or says nothing for half a minute */
async function untilListening(port: number, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await isTaken(port))) {
    if (hasEnded()) throw new Error("The daemon ended before its API answered.");
    if (Date.now() > deadline) throw new Error(`The daemon's API didn't answer on port ${port}.`);
    await delay(50);
  }
}
