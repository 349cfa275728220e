import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";

/** The daemon, in a session of its own, so that Ctrl-C doesn't reach it before us. */
export class Daemon implements AsyncDisposable {
  readonly #pawl: readonly [string, ...string[]];
  readonly #configPath: string;
  readonly #pidFile: string;
  #process: ChildProcess | null = null;

  constructor(pawl: readonly [string, ...string[]], configPath: string, pidFile: string) {
    this.#pawl = pawl;
    this.#configPath = configPath;
    this.#pidFile = pidFile;
  }

  async start(): Promise<void> {
    const [program, ...args] = this.#pawl;
    this.#process = spawn(program, [...args, "device", "--config", this.#configPath], {
      stdio: ["ignore", "ignore", "inherit"],
      detached: true,
      env: { ...process.env, PAWL_LOG_LEVEL: "warn" },
    });
    await writeFile(this.#pidFile, String(this.#process.pid));
  }

  /** Pawl was built again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
    process.stdout.write("Pawl was built again and restarted.\n");
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await exit;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
