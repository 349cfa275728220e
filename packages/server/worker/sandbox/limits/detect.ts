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
    // A container's topmost group and one that was handed to somebody who isn't root hold nobody's processes but theirs.
    const mayMove = own === unified.path || process.geteuid?.() !== 0;
    if (await handDown(unified.path, false)) found.push(version2(unified.path));
    if (own !== null && (await handDown(own, mayMove))) found.push(version2(own));
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
 * Has a group's folders get both controllers. But for the topmost of the machine only a group that holds no process can do that, so what
 * is in it moves one down.
 */
async function handDown(parent: string, mayMove: boolean): Promise<boolean> {
  const available = (await readFile(join(parent, "cgroup.controllers"), "latin1").catch(() => "")).trim().split(" ");
  if (!["memory", "pids"].every((name) => available.includes(name))) return false;
  if (await enable(parent)) return true;
  if (!mayMove) return false;
  const below = join(parent, "pawl-worker");
  await mkdir(below).catch(() => undefined);
  await moveAll(parent, below);
  if (await enable(parent)) return true;
  await moveAll(below, parent);
  await rmdir(below).catch(() => undefined);
  return false;
}

async function moveAll(from: string, to: string): Promise<void> {
  const processes = (await readFile(join(from, "cgroup.procs"), "latin1").catch(() => "")).trim().split("\n");
  for (const pid of processes) await writeFile(join(to, "cgroup.procs"), pid).catch(() => undefined);
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
