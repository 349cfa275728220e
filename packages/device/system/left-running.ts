import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { namesIn } from "../store/atomic-file.ts";

/** What is killed is gone by then, and so is what it began meanwhile. */
const ROUNDS = 50;
const BETWEEN_MS = 20;

/**
 * Kills every process whose home's path begins so, such as a build's folder with a slash at its end: what a program that was
 * started there has left running, however it has detached itself, also where the one that started it is dead. Told by the
 * environment it was started with (proc(5)): one that takes the trouble to begin with another is not found.
 */
export async function endLeftRunning(prefix: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const left = leftRunning(prefix);
    if (left.length === 0) return;
    for (const pid of left) kill(pid);
    await sleep(BETWEEN_MS);
  }
}

function leftRunning(prefix: string): number[] {
  const home = Buffer.from(`\0HOME=${prefix}`);
  const pids = namesIn("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  return pids.filter((pid) => pid !== process.pid && environmentOf(pid).includes(home));
}

/** With a zero in front of each setting. None of one that is dead, or isn't ours to look at. */
function environmentOf(pid: number): Buffer {
  try {
    return Buffer.concat([Buffer.alloc(1), readFileSync(`/proc/${pid}/environ`)]);
  } catch {
    return Buffer.alloc(0);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
