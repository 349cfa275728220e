import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Account } from "./account.ts";
import type { Passing } from "./pass-to.ts";

/** How much of what a program says is kept, in lines. */
const KEPT_LINES = 40;

export interface SpawnOptions {
  account: Account | null;
  passing?: Passing;
  onLine?(line: string): void;
}

export interface Spawned {
  child: ChildProcess;
  /** The last lines it wrote, oldest first. */
  lines: string[];
  /** When it has ended, and all it wrote was read. Never rejects. */
  ended: Promise<Ending>;
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  error: Error | null;
}

/**
 * Starts one of PostgreSQL's programs, in a session of its own: Ctrl-C in a terminal is for us, and we tell it in time.
 * Messages are in English and times in UTC, whatever the machine's own are.
 */
export function spawnProgram(program: string, args: readonly string[], options: SpawnOptions): Spawned {
  const { account, passing, onLine } = options;
  const lines: string[] = [];
  const child = spawn(program, args, {
    cwd: "/",
    detached: true,
    ...(account && { uid: account.uid, gid: account.gid }),
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
    stdio: ["ignore", "pipe", "pipe", ...(passing?.descriptors ?? [])],
  });
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    onLine?.(line);
  };
  const ended = new Promise<Ending>((resolve) => {
    let error: Error | null = null;
    child.once("error", (cause) => {
      error = cause;
      if (child.pid === undefined) resolve({ code: null, signal: null, error });
    });
    // Children of its own that outlive it hold its pipes; they have a moment.
    child.once("exit", (code, signal) => {
      const late = setTimeout(() => resolve({ code, signal, error }), 500);
      child.once("close", () => {
        clearTimeout(late);
        resolve({ code, signal, error });
      });
    });
  });
  for (const stream of [child.stdout, child.stderr]) readLines(stream, keep);
  return { child, lines, ended };
}

/** The same to its end. After `timeoutMs`, or when `signal` aborts, it is killed. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: SpawnOptions & { timeoutMs: number; signal?: AbortSignal },
): Promise<Ending & { lines: readonly string[] }> {
  options.signal?.throwIfAborted();
  const { child, lines, ended } = spawnProgram(program, args, options);
  const kill = () => killGroup(child);
  const timer = setTimeout(() => {
    lines.push(`FATAL: it took longer than ${options.timeoutMs / 1_000} s`);
    kill();
  }, options.timeoutMs);
  options.signal?.addEventListener("abort", kill, { once: true });
  try {
    const ending = await ended;
    options.signal?.throwIfAborted();
    return { ...ending, lines };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", kill);
  }
}

/** With the programs that it started itself. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody of them is left.
  }
}

function readLines(stream: Readable | null, keep: (line: string) => void): void {
  if (!stream) return;
  stream.on("error", () => undefined);
  createInterface({ input: stream }).on("line", keep);
}
