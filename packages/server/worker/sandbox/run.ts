import { setTimeout as sleep } from "node:timers/promises";
import { BuildError } from "../../builders/types.ts";
import type { DiskUse } from "./limits/disk.ts";
import type { Confines } from "./limits/types.ts";
import { Lines } from "./lines.ts";
import { Contained } from "./process.ts";
import type { Ended, RunOptions } from "./types.ts";

export interface RunParts {
  isNamespaced: boolean;
  confines: Confines;
  disk: DiskUse;
  /** What is left of the sandbox's time. */
  timeMs: number;
  /** What is left of the output it may make. */
  outputCost: number;
  onLine: RunOptions["onLine"];
  /** Told of the first process, as long as it runs. */
  watch?: (pid: number) => Disposable;
  signal: AbortSignal;
}

/** How often limits are looked at; less often where looking takes long, on a machine with thousands of processes, but never seldom. */
const LOOK_MS = { least: 100, most: 500 };
const LOOK_SHARE = 1 / 20;

/** What unshare(1) says when it ends as what it waited for did, killed. No word of the build's. */
const UNSHARE_NOISE = "unshare: sigprocmask unblock failed: Invalid argument";

/** From asking to end to ending. */
const GRACE_MS = 2_000;

/**
 * Runs a command within its limits until it and all its processes have ended.
 * @throws BuildError `worker_failed` when it could not be started
 */
export async function runContained(argv: readonly string[], parts: RunParts): Promise<Ended & { outputCost: number }> {
  const { confines, disk, signal } = parts;
  const over = new AbortController();
  let stoppedBy: Ended["stoppedBy"] = null;
  let trouble = "";
  let blindness: { cause: unknown } | null = null;
  const lines = {
    stdout: new Lines((line) => parts.onLine("stdout", line)),
    stderr: new Lines((line) => {
      if (line === UNSHARE_NOISE) return;
      confines.hear(line);
      if (trouble.length < 1_000) trouble += `${line}\n`;
      parts.onLine("stderr", line);
    }),
  };
  const cost = () => lines.stdout.cost + lines.stderr.cost;

  if (signal.aborted) return { code: null, stoppedBy: "aborted", outputCost: 0 };
  confines.begin();
  const contained = await Contained.start(argv, {
    isNamespaced: parts.isNamespaced,
    members: (root) => confines.members(root),
    onOutput: (stream, bytes) => {
      // What comes after the end of a build that talked too much is read, and nobody's.
      if (cost() > parts.outputCost) stop("log");
      else lines[stream].push(bytes);
    },
  }).catch((cause: unknown) => {
    throw new BuildError("worker_failed", "The sandbox couldn't be started.", { cause });
  });

  function stop(why: NonNullable<Ended["stoppedBy"]>): void {
    if (stoppedBy !== null && stoppedBy !== "aborted") return;
    const isFirst = stoppedBy === null;
    stoppedBy ??= why;
    if (why !== "aborted") void contained.kill();
    else if (isFirst) void endGently(contained, over.signal);
  }

  using _watched = parts.watch?.(contained.root);
  const abort = () => stop("aborted");
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  const timer = setTimeout(() => stop("time"), parts.timeMs);
  // Limits that can't be looked at are none: that is the end of it.
  const looking = look().catch((cause: unknown) => {
    blindness = { cause };
    void contained.kill();
  });

  /** One look after another, never two at once. */
  async function look(): Promise<void> {
    while (!over.signal.aborted) {
      const start = performance.now();
      const hit = await confines.hit(contained.root);
      const took = performance.now() - start;
      if (hit !== null) stop(hit);
      if (await disk.isOver(() => confines.members(contained.root), over.signal).catch(() => false)) stop("disk");
      await sleep(Math.min(Math.max(LOOK_MS.least, took / LOOK_SHARE), LOOK_MS.most), undefined, {
        signal: over.signal,
      }).catch(() => undefined);
    }
  }

  try {
    const { code, hasStarted } = await contained.ended;
    over.abort();
    await looking;
    lines.stdout.end();
    lines.stderr.end();
    // What was hit after the last look, and made the command fail by itself.
    if (stoppedBy === null && blindness === null) stoppedBy = await confines.hit(contained.root);
    if (stoppedBy === null && (await disk.isOver(() => [], signal, code !== 0).catch(() => false))) stoppedBy = "disk";
    if (blindness !== null && stoppedBy === null) {
      throw new BuildError("worker_failed", "The limits of a build couldn't be looked at.", blindness);
    }
    if (!hasStarted && stoppedBy === null) {
      const cause = new Error(trouble.trim() || `It ended with ${code}.`);
      throw new BuildError("worker_failed", "The sandbox couldn't be started.", { cause });
    }
    return { code, stoppedBy, outputCost: cost() };
  } finally {
    over.abort();
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

async function endGently(contained: Contained, isOver: AbortSignal): Promise<void> {
  contained.terminate();
  await sleep(GRACE_MS, undefined, { signal: isOver }).catch(() => undefined);
  if (!isOver.aborted) await contained.kill();
}
