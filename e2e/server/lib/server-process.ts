import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Caller } from "./caller.ts";
import { startPawl } from "./pawl.ts";

/** How long a start may take, in milliseconds: one that finds a database to be stopped and a log to be read. */
const START_WITHIN_MS = 120_000;

/** `pawl serve` as a process of its own, on its embedded database. */
export class ServerProcess implements AsyncDisposable {
  readonly caller: Caller;
  readonly configFile: string;
  /** Lines of its log so far. */
  readonly lines: readonly Record<string, unknown>[];
  readonly #process: ChildProcess;
  readonly #stateDir: string;
  readonly #ended: Promise<unknown[]>;

  private constructor(child: ChildProcess, url: string, lines: readonly Record<string, unknown>[], stateDir: string) {
    this.#process = child;
    this.#ended = child.exitCode !== null || child.signalCode !== null ? Promise.resolve([]) : once(child, "exit");
    this.caller = new Caller(url);
    this.lines = lines;
    this.#stateDir = stateDir;
    this.configFile = fileOf(stateDir);
  }

  /** Resolves once it listens. @throws with its log when it doesn't come so far */
  static async start(stateDir: string, config: object): Promise<ServerProcess> {
    const file = fileOf(stateDir);
    // JSON is YAML, too.
    await writeFile(file, JSON.stringify({ listen: "127.0.0.1:0", state_dir: stateDir, ...config }));
    const child = startPawl(["serve", "--config", file]);
    const lines: Record<string, unknown>[] = [];
    let stderr = "";
    child.stderr?.on("data", (data) => {
      stderr += data;
    });
    const listening = new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`pawl serve ${why}: ${stderr} ${JSON.stringify(lines)}`));
      if (child.stdout) {
        createInterface({ input: child.stdout }).on("line", (text) => {
          const line = JSON.parse(text) as Record<string, unknown>;
          lines.push(line);
          if (line.msg === "listening") resolve(String(line.address));
        });
      }
      child.once("exit", (code, signal) => fail(`ended with ${code ?? signal}`));
      setTimeout(() => fail("doesn't listen"), START_WITHIN_MS).unref();
    });
    try {
      return new ServerProcess(child, await listening, lines, stateDir);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Tells the process, and waits for its end. Resolves to its exit code; null where a signal was its end. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#process.kill(signal);
    await this.#ended;
    this.caller[Symbol.dispose]();
    return this.#process.exitCode;
  }

  /** Ends the first process of its database, which leaves the others to see that it is gone. */
  async killDatabase(): Promise<void> {
    const [pid = ""] = (await readFile(join(this.#stateDir, "database", "postmaster.pid"), "utf8")).split("\n");
    process.kill(Number(pid), "SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.end("SIGTERM");
  }
}

function fileOf(stateDir: string): string {
  return `${stateDir}.yaml`;
}

/** What still runs in or for a folder: by working directory, or by command line. Waits a little for who is just leaving, by `most` looks. */
export async function processesOf(folder: string, most = 20): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const found = (await Promise.all(pids.map((pid) => lineOf(pid, folder)))).filter((line) => line !== null);
    if (found.length === 0 || tries >= most) return found;
    await sleep(100);
  }
}

async function lineOf(pid: string, folder: string): Promise<string | null> {
  const line = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
  return line.includes(folder) || cwd.startsWith(folder) ? `${pid} ${line}` : null;
}
