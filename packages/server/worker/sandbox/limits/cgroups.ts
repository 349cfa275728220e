import { readFileSync } from "node:fs";
import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Confines, type Limiter, OWN_PROCESSES } from "./types.ts";

/** One kind of control groups: where a group for a build is made, what is written there, what is read from it. */
export interface Kind {
  description: string;
  /** Folders below which each build gets a folder; the first one's lists all its processes. */
  parents: readonly string[];
  /** `[file, value]` for a group below each parent, in the order of `parents`. A file that isn't there counts for nothing when it is `optional`. */
  settings(limits: { memoryBytes: number; processes: number }): readonly (readonly Setting[])[];
  /** Files whose line `key N` counts how often a limit was hit. */
  counters: readonly Counter[];
}

export interface Setting {
  file: string;
  value: string;
  isOptional?: boolean;
}

export interface Counter {
  /** Of `parents`. */
  parent: number;
  file: string;
  key: string;
  limit: "memory" | "processes";
}

/** How long the kernel may take to let go of a group whose processes have all ended. */
const RELEASE_MS = 5_000;

export function cgroups(kind: Kind): Limiter {
  return {
    description: kind.description,
    clean: async (isGone, signal) => {
      for (const parent of kind.parents) {
        for (const name of await readdir(parent).catch(() => [])) {
          if (await isGone(name)) await removeGroup(join(parent, name), signal);
        }
      }
    },
    confine: async (limits, { name, signal }): Promise<Confines> => {
      const groups = kind.parents.map((parent) => join(parent, name));
      // An abort must not keep them from being removed.
      const dispose = async () => void (await Promise.all(groups.map((group) => removeGroup(group))));
      try {
        signal.throwIfAborted();
        await makeGroups(groups, kind.settings({ ...limits, processes: limits.processes + OWN_PROCESSES }));
      } catch (error) {
        await dispose();
        throw error;
      }
      const counters = kind.counters.map((counter) => ({
        ...counter,
        path: join(groups[counter.parent] ?? "", counter.file),
        before: 0,
      }));
      return {
        joinBy: groups.map((group) => join(group, "cgroup.procs")),
        rlimits: [`--fsize=${limits.diskBytes + 1}`],
        begin: () => {
          for (const counter of counters) counter.before = count(counter.path, counter.key);
        },
        hear: () => undefined,
        hit: async () => counters.find(({ path, key, before }) => count(path, key) > before)?.limit ?? null,
        members: () => groups.slice(0, 1).flatMap(processesIn),
        [Symbol.asyncDispose]: dispose,
      };
    },
  };
}

async function makeGroups(groups: readonly string[], settings: readonly (readonly Setting[])[]): Promise<void> {
  for (const [index, group] of groups.entries()) {
    await mkdir(group);
    for (const { file, value, isOptional = false } of settings[index] ?? []) {
      await writeFile(join(group, file), value, { flag: "r+" }).catch((error: unknown) => {
        if (!isOptional) throw error;
      });
    }
  }
}

/** Whatever is in it is ended first. */
async function removeGroup(group: string, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + RELEASE_MS;
  for (;;) {
    for (const pid of processesIn(group)) kill(pid);
    try {
      return await rmdir(group);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      if (code === "ENOENT") return;
      // The next start of a worker tries again.
      if (code !== "EBUSY" || performance.now() > until) return;
    }
    await sleep(10, undefined, { signal });
  }
}

function processesIn(group: string): number[] {
  try {
    // 0 is one that can't be seen from here.
    return readFileSync(join(group, "cgroup.procs"), "latin1")
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 1);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** `oom_kill 3` → 3 */
function count(path: string, key: string): number {
  try {
    const line = readFileSync(path, "latin1")
      .split("\n")
      .find((text) => text.startsWith(`${key} `));
    return Number(line?.slice(key.length + 1) ?? 0);
  } catch {
    return 0;
  }
}
