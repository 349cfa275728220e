import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { namelessBytes } from "./nameless.ts";
import type { ProcessFacts } from "./process-tree.ts";

/** What no process has mapped isn't seen by a quick look; looked for at least so often, in milliseconds. */
const WHOLE_LOOK_EVERY = 5_000;

/**
 * Memory of a build where no control group counts it: what its processes have for themselves, and what they share (shmem). A quick look counts
 * what is shared once for each of them, and misses what is held without being mapped; so it is only a reason to look closely, as is
 * what the whole machine shares by now.
 */
export class MemoryUse {
  #sharedBefore = sharedByAll();
  #nextWholeLook = performance.now() + WHOLE_LOOK_EVERY;

  /** What is shared already is none of the build's. */
  begin(): void {
    this.#sharedBefore = sharedByAll();
  }

  async isOver(limit: number, members: readonly ProcessFacts[]): Promise<boolean> {
    const each = members.map(({ pid }) => ({ pid, ...residentMemory(pid) }));
    const own = sum(each.map((one) => one.own));
    const mapped = sum(each.map((one) => one.shared));
    const most = own + Math.max(mapped, sharedByAll() - this.#sharedBefore);
    if (own > limit) return true;
    if (most <= limit && performance.now() < this.#nextWholeLook) return false;
    this.#nextWholeLook = performance.now() + WHOLE_LOOK_EVERY;
    const shares = await Promise.all(each.filter(({ shared }) => shared > 0).map(shareOf));
    const pids = members.map(({ pid }) => pid);
    return own + sum(shares) + (await namelessBytes(pids, "memory")) > limit;
  }
}

/** What of a process is in memory and comes from no file, in bytes: proc(5), `status`. */
function residentMemory(pid: number): { own: number; shared: number } {
  const text = read(`/proc/${pid}/status`);
  return { own: kilobytes(text, "RssAnon"), shared: kilobytes(text, "RssShmem") };
}

/** A part of what it shares, so that those of all who share it are the whole. */
async function shareOf({ pid, shared }: { pid: number; shared: number }): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
  return text.includes("\nPss_Shmem:") ? kilobytes(text, "Pss_Shmem") : shared;
}

/** Of the whole machine. */
function sharedByAll(): number {
  return kilobytes(read("/proc/meminfo"), "Shmem");
}

/** `RssAnon:     1234 kB` → 1263616 */
function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(text)?.[1] ?? 0) * 1024;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return "";
  }
}
