import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startPawl } from "./pawl.ts";

/** How long a start may take, in milliseconds. */
const START_WITHIN_MS = 120_000;

export interface WorkerProcessOptions {
  /** Several may share one. */
  stateDir: string;
  name: string;
  /** Besides `worker.name`, as in pawl-server.yaml. */
  config: { worker?: object; [section: string]: unknown };
  /** Where it sees no processes but its own, and no other worker sees those: as in a container. */
  isContained?: boolean;
}

const CONTAINER = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** `pawl worker` as a process of its own. */
export class WorkerProcess implements AsyncDisposable {
  /** Of its own, in lists of workers. */
  readonly id: string;
  readonly configFile: string;
  readonly stateDir: string;
  /** Lines of its log so far. */
  readonly lines: readonly Record<string, unknown>[];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(
    child: ChildProcess,
    facts: { id: string; configFile: string; stateDir: string; lines: readonly Record<string, unknown>[] },
  ) {
    this.#process = child;
    this.#ended = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, "exit");
    this.id = facts.id;
    this.configFile = facts.configFile;
    this.stateDir = facts.stateDir;
    this.lines = facts.lines;
  }

  /** Resolves once it is ready. @throws with its log when it doesn't come so far */
  static async start({ stateDir, name, config, isContained = false }: WorkerProcessOptions): Promise<WorkerProcess> {
    const configFile = `${stateDir}-${name}.yaml`;
    const worker = { ...config.worker, name };
    // JSON is YAML, too.
    await writeFile(configFile, JSON.stringify({ ...config, state_dir: stateDir, worker }));
    const child = startPawl(["worker", "--config", configFile], {}, isContained ? CONTAINER : []);
    const lines: Record<string, unknown>[] = [];
    let stderr = "";
    child.stderr?.on("data", (data) => {
      stderr += data;
    });
    const ready = new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`pawl worker ${why}: ${stderr} ${JSON.stringify(lines)}`));
      if (child.stdout) {
        createInterface({ input: child.stdout }).on("line", (text) => {
          const line = JSON.parse(text) as Record<string, unknown>;
          lines.push(line);
          if (line.msg === "ready") resolve(String(line.worker));
        });
      }
      child.once("exit", (code, signal) => fail(`ended with ${code ?? signal}`));
      setTimeout(() => fail("isn't ready"), START_WITHIN_MS).unref();
    });
    try {
      return new WorkerProcess(child, { id: await ready, configFile, stateDir, lines });
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Waits for its end. Resolves to its exit code; null where a signal was its end. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#process.exitCode;
  }

  /** Whether its log has a line with that message. */
  said(message: string): boolean {
    return this.lines.some(({ msg }) => msg === message);
  }

  /** Where one of its builds has its images, as seen from outside. */
  async outputOf(build: string): Promise<string> {
    const own = (await readdir(join(this.stateDir, "builds"))).find((name) => name.endsWith(`-${this.id}`)) ?? "";
    const folder = join(this.stateDir, "builds", own);
    const below = await readdir(folder, { recursive: true });
    const found = below.find((path) => path.startsWith(build) && path.endsWith("/stage/output"));
    if (found === undefined) throw new Error(`${build} has no output in ${folder}`);
    return join(folder, found);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      // It may be stopped.
      this.signal("SIGKILL");
      await this.#ended;
    }
  }
}
