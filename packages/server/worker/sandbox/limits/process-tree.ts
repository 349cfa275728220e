import { readdirSync, readFileSync } from "node:fs";

export interface ProcessFacts {
  pid: number;
  parent: number;
  threads: number;
}

/** All processes that can be seen. */
export function allProcesses(): ProcessFacts[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = read(`/proc/${name}/stat`);
    // proc(5): the name in field 2 may hold anything, so count from its closing bracket. 3 is the state, 4 the parent, 20 the threads.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields.length < 20 || fields[0] === "Z" || fields[0] === "X") return [];
    return [{ pid: Number(name), parent: Number(fields[1]), threads: Number(fields[17]) }];
  });
}

/** A process and all below it. In a process namespace whose first process is below it nobody gets away from there. */
export function treeBelow(root: number, all: readonly ProcessFacts[]): ProcessFacts[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found = all.filter(({ pid }) => pid === root);
  // It grows while it is gone through.
  for (const { pid } of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Processes that carry `mark` in the environment they were started with. */
export function marked(mark: string, all: readonly ProcessFacts[]): ProcessFacts[] {
  return all.filter(({ pid }) => read(`/proc/${pid}/environ`).split("\0").includes(`PAWL_SANDBOX=${mark}`));
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return "";
  }
}
