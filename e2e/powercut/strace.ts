import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { CALLS } from "./calls.ts";
import type { ChildReport, ChildTask } from "./child.ts";

/** What happens to one call, or to all of a kind. */
export interface Injection {
  /** In strace's own words: `signal=KILL`, `error=EIO`, `retval=0`. */
  fate: string;
  calls: readonly string[];
  /** Only calls on this path, and of those the n-th. */
  at?: { path: string; ordinal: number };
}

export interface TracedRun {
  trace: string;
  wasKilled: boolean;
  /** Null when it did not come to its end. */
  report: ChildReport | null;
}

/** The updater is ended when it doesn't end by itself, in milliseconds. */
const LIMIT_MS = 60_000;

/**
 * Runs the updater under strace, as the only processes of a PID namespace, so that it has the same number each time. One
 * thread does all the work that Node gives away: strace counts the calls of each thread for itself.
 */
export function runTraced(
  childFile: string,
  task: ChildTask,
  tracePath: string,
  injection?: Injection,
  isFiltered = isFilterable(injection),
): TracedRun {
  rmSync(task.report, { force: true });
  const traced = injection?.calls ?? [...CALLS, "execve"];
  const at = injection?.at;
  const filter = isFiltered ? ["--seccomp-bpf"] : [];
  const strace = [
    ...["strace", "-f", ...filter, "-y", "-s", "0", "-q", "-o", tracePath],
    ...["-e", `trace=${traced.join(",")}`],
    ...(at ? ["-P", at.path] : []),
    ...(injection ? ["-e", `inject=${traced.join(",")}:${injection.fate}${at ? `:when=${at.ordinal}` : ""}`] : []),
  ];
  const namespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const [program = "", ...args] = [
    ...namespace,
    ...strace,
    process.execPath,
    "--v8-pool-size=0",
    childFile,
    JSON.stringify(task),
  ];
  const ran = spawnSync(program, args, {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
    env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: "1", NODE_COMPILE_CACHE: `${childFile}.cache` },
    encoding: "utf8",
  });
  if (ran.error) throw ran.error;
  const trace = readFileSync(tracePath, "utf8");
  const report = existsSync(task.report) ? (JSON.parse(readFileSync(task.report, "utf8")) as ChildReport) : null;
  const wasKilled = /\+\+\+ killed by SIGKILL \+\+\+/.test(trace);
  if (!wasKilled && report === null) throw new Error(`The updater ended without a word: ${ran.stderr.slice(-2000)}`);
  return { trace, wasKilled, report };
}

/** It is faster by far; but with it strace 6.1 forgets what it has counted, and signals only for the first call of all. */
function isFilterable(injection: Injection | undefined): boolean {
  return !injection?.fate.startsWith("signal") && (injection?.at?.ordinal ?? 1) === 1;
}
