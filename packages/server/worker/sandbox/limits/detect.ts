import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ownedName } from "../owner.ts";
import { quick } from "../quick.ts";
import { cgroups, type Kind } from "./cgroups.ts";
import { version1, version2 } from "./kinds.ts";
import { parseMounts } from "./mounts.ts";
import { rlimits } from "./rlimits.ts";
import type { Limiter } from "./types.ts";

/** Any, to see whether they are taken. */
const TRIAL = { timeMs: 1_000, memoryBytes: 64 * 1024 * 1024, diskBytes: 1_000_000, processes: 16, logBytes: 1_000 };

/** What works here: control groups of version 2, of version 1, else looking on. Tried, with a process that joins. */
export async function detectLimiter(
  options: { isMarked: boolean; isCountedAlone: boolean; avoidCgroups: boolean },
  signal: AbortSignal,
): Promise<Limiter> {
  if (!options.avoidCgroups) {
    for (const kind of await candidates()) {
      const limiter = cgroups(kind);
      if (await works(limiter, signal)) return limiter;
    }
  }
  return rlimits(options);
}

async function works(limiter: Limiter, signal: AbortSignal): Promise<boolean> {
  try {
    await using confines = await limiter.confine(TRIAL, { name: ownedName(), mark: "", signal });
    const join = 'for file do echo 0 > "$file" || exit 1; done';
    return (await quick(["sh", "-c", join, "join", ...confines.joinBy], { signal })).code === 0;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function candidates(): Promise<Kind[]> {
  const mounts = parseMounts(await readFile("/proc/self/mountinfo", "utf8").catch(() => ""));
  const found: Kind[] = [];
  const unified = mounts.find(({ type }) => type === "cgroup2");
  if (unified) {
    const own = await ownGroup(unified.root, unified.path);
    for (const parent of [own, unified.path]) {
      if (parent !== null && (await handDown(parent))) found.push(version2(parent));
    }
  }
  // At the top: the next worker finds there what this one leaves when it is killed, whatever group it is in itself.
  const [memory, pids] = ["memory", "pids"].map((controller) =>
    mounts.find(({ type, options }) => type === "cgroup" && options.includes(controller)),
  );
  if (memory && pids) found.push(version1(memory.path, pids.path));
  return found;
}

/** This process's group of version 2, as a folder; null where it can't be seen from here. */
async function ownGroup(root: string, path: string): Promise<string | null> {
  const line = /^0::(\/.*)$/m.exec(await readFile("/proc/self/cgroup", "utf8").catch(() => ""));
  const group = line?.[1];
  if (group === undefined || group.includes("/..")) return null;
  const below = root === "/" ? group : group.startsWith(`${root}/`) || group === root ? group.slice(root.length) : null;
  return below === null ? null : join(path, below);
}

/**
 * Has a group's folders get both controllers. Only a group that holds no process can do that, but for the topmost; where this process is
 * alone in it (a service or a container of its own), it moves one down.
 */
async function handDown(parent: string): Promise<boolean> {
  const available = (await readFile(join(parent, "cgroup.controllers"), "latin1").catch(() => "")).trim().split(" ");
  if (!["memory", "pids"].every((name) => available.includes(name))) return false;
  if (await enable(parent)) return true;
  const inside = (await readFile(join(parent, "cgroup.procs"), "latin1").catch(() => "")).trim().split("\n");
  if (inside.length !== 1 || Number(inside[0]) !== process.pid) return false;
  const below = join(parent, "pawl-worker");
  await mkdir(below).catch(() => undefined);
  await writeFile(join(below, "cgroup.procs"), String(process.pid)).catch(() => undefined);
  if (await enable(parent)) return true;
  await writeFile(join(parent, "cgroup.procs"), String(process.pid)).catch(() => undefined);
  await rmdir(below).catch(() => undefined);
  return false;
}

async function enable(parent: string): Promise<boolean> {
  const file = join(parent, "cgroup.subtree_control");
  const has = async () => {
    const names = (await readFile(file, "latin1").catch(() => "")).trim().split(" ");
    return names.includes("memory") && names.includes("pids");
  };
  if (await has()) return true;
  await writeFile(file, "+memory +pids").catch(() => undefined);
  return has();
}
