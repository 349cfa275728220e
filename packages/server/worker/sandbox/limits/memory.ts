import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { namelessBytes } from "./nameless.ts";
import type { ProcessFacts } from "./process-tree.ts";

/** What no process has mapped isn't seen by a quick look; looked for at least so often, in milliseconds. */
const WHOLE_LOOK_EVERY = 5_000;

/** Looks that must all find too much. In the middle of one, processes that end leave their shares to those that are looked at next. */
const LOOKS = 3;

/**
 * Memory of a build where no control group counts it: what its processes have for themselves, and what they share: shmem, and all that a
 * fork has and hasn't written to. A quick look counts what is shared once for each of them, and misses what is held without being mapped;
 * so it is only a reason to look closely, as is what the whole machine shares by now.
 */
export class MemoryUse {
  #sharedBefore = sharedByAll();
  #nextWholeLook = performance.now() + WHOLE_LOOK_EVERY;

  /** What is shared already is none of the build's. */
  begin(): void {
    this.#sharedBefore = sharedByAll();
  }

  async isOver(limit: number, members: readonly ProcessFacts[]): Promise<boolean> {
    const pids = members.map(({ pid }) => pid);
    const each = pids.map(residentMemory);
    const mapped = sum(each.map(({ shared }) => shared));
    const most = sum(each.map(({ own }) => own)) + Math.max(mapped, sharedByAll() - this.#sharedBefore);
    if (most <= limit && performance.now() < this.#nextWholeLook) return false;
    this.#nextWholeLook = performance.now() + WHOLE_LOOK_EVERY;
    for (let look = 0; look < LOOKS; look++) if ((await closely(pids)) <= limit) return false;
    return true;
  }
}

/** What these processes hold together, in bytes: each with its part of what it shares, so that the parts of all who share it are the whole. */
async function closely(pids: readonly number[]): Promise<number> {
  const parts = await Promise.all(pids.map(partOf));
  return sum(parts) + (await namelessBytes(pids, "memory"));
}

async function partOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
  if (text.includes("\nPss_Shmem:")) return kilobytes(text, "Pss_Anon") + kilobytes(text, "Pss_Shmem");
  // An older kernel, or somebody else's process. One that has ended meanwhile has nothing there either.
  const { own, shared } = residentMemory(pid);
  return own + shared;
}

/** What of a process is in memory and comes from no file, in bytes: proc(5), `status`. */
function residentMemory(pid: number): { own: number; shared: number } {
  const text = read(`/proc/${pid}/status`);
  return { own: kilobytes(text, "RssAnon"), shared: kilobytes(text, "RssShmem") };
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
