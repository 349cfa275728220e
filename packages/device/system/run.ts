import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { StreamTail } from "./stream-tail.ts";
import type { Run, RunResult } from "./types.ts";

/** Between asking a program to end and killing it, in milliseconds. */
const KILL_AFTER_MS = 5000;

/** How long what a program left in its pipes is still read after its end, in milliseconds. */
const DRAIN_MS = 500;

/**
 * Starts a program in a process group of its own and waits for its end. After `timeoutMs`, and when `signal` aborts, the
 * whole group gets SIGTERM, and SIGKILL after 5 s or as soon as the program itself is gone. A program that isn't there is
 * an answer (code 127, as in a shell), and so is one that can't be executed (126). Rejects with the signal's reason once
 * the program has ended.
 *
 * What a program leaves running in the background is left alone, but the pipes it may hold are closed: it has to
 * write elsewhere.
 */
export const run: Run = async (argv, { timeoutMs, signal, env, input, onLine, outputBytes, ...where }) => {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError("An empty argv names no program.");
  signal?.throwIfAborted();

  const place = { detached: true, env, cwd: where.cwd, ...where.user };
  const child =
    input === undefined
      ? spawn(program, args, { ...place, stdio: ["ignore", "pipe", "pipe"] })
      : spawn(program, args, { ...place, stdio: ["pipe", "pipe", "pipe"] });
  if (where.user && child.pid !== undefined) yieldMemory(child.pid);
  // A program may end without having read all of it: what it makes of that its exit code says.
  child.stdin?.on("error", () => undefined).end(input);
  const stdout = new StreamTail(child.stdout, onLine, outputBytes);
  const stderr = new StreamTail(child.stderr, onLine, outputBytes);

  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  let lastLook: NodeJS.Immediate | undefined;
  const end = () => {
    signalGroup(child, "SIGTERM");
    killTimer ??= setTimeout(() => signalGroup(child, "SIGKILL"), KILL_AFTER_MS);
  };
  const timer = setTimeout(() => {
    // A process that was suspended wakes to its timers first: the program may have ended in time.
    lastLook = setImmediate(() => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      timedOut = true;
      end();
    });
  }, timeoutMs);
  signal?.addEventListener("abort", end, { once: true });
  try {
    const exit = await ended(child);
    // Whoever of the group ignored the SIGTERM that ended its leader.
    if (killTimer) signalGroup(child, "SIGKILL");
    signal?.throwIfAborted();
    return { ...exit, stdout: stdout.finish(), stderr: stderr.finish(), timedOut };
  } catch (error) {
    signal?.throwIfAborted();
    return notStarted(program, error);
  } finally {
    clearTimeout(timer);
    clearImmediate(lastLook);
    clearTimeout(killTimer);
    signal?.removeEventListener("abort", end);
    child.stdin?.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  }
};

/** Whether a result of `run` says that the program itself isn't on this device. */
export function isMissing(result: RunResult, program: string): boolean {
  return result.code === 127 && result.stderr === notFound(program);
}

/**
 * What runs as somebody else is a build or a look at one. When memory runs out it goes first, whatever its parent is worth:
 * never the app (proc(5), oom_score_adj).
 */
function yieldMemory(pid: number): void {
  writeFile(`/proc/${pid}/oom_score_adj`, "500").catch(() => undefined);
}

/** Waits for "exit" and a moment more: "close" alone never comes while a background process holds the pipes. */
function ended(child: ChildProcess): Promise<Pick<RunResult, "code" | "signal">> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const drained = setTimeout(() => resolve({ code, signal }), DRAIN_MS);
      child.once("close", () => {
        clearTimeout(drained);
        resolve({ code, signal });
      });
    });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

function notStarted(program: string, error: unknown): RunResult {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const base = { signal: null, stdout: "", timedOut: false };
  if (code === "ENOENT") return { ...base, code: 127, stderr: notFound(program) };
  if (code === "EACCES") return { ...base, code: 126, stderr: `${program} can't be executed` };
  throw error;
}

function notFound(program: string): string {
  return `${program} not found`;
}
