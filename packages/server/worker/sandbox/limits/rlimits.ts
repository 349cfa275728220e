import { readFileSync } from "node:fs";
import { MemoryUse } from "./memory.ts";
import { allProcesses, marked, type ProcessFacts, treeBelow } from "./process-tree.ts";
import { type Confines, type Limiter, OWN_PROCESSES } from "./types.ts";

/**
 * Where there are no control groups: all processes of a build are looked at ten times a second. A process may have somewhat more than
 * twice its build's memory as address space, so that one that takes it at once doesn't get far in between. Within the user namespace of
 * bubblewrap the kernel counts that namespace's processes only; elsewhere all of a user's, for other builds too, so that limit is only
 * there for a bomb to have an end before it is seen.
 * @param options.isMarked processes may get away from the tree below the first one, and are known by their mark
 * @param options.isCountedAlone see above
 */
export function rlimits({ isMarked, isCountedAlone }: { isMarked: boolean; isCountedAlone: boolean }): Limiter {
  return {
    description: "rlimits",
    clean: async () => undefined,
    confine: async (limits, { mark }): Promise<Confines> => {
      const most = limits.processes + OWN_PROCESSES;
      let wasRefused = false;
      const memory = new MemoryUse();
      const members = (root: number) => membersOf(root, isMarked ? mark : null);
      return {
        joinBy: [],
        get rlimits() {
          const others = isCountedAlone ? 0 : countOthers() + NEIGHBOURS;
          return [
            `--nproc=${most + others}`,
            `--as=${2 * limits.memoryBytes + ROOM}`,
            `--fsize=${limits.diskBytes + 1}`,
          ];
        },
        begin: () => {
          wasRefused = false;
          memory.begin();
        },
        hear: (line) => {
          wasRefused ||= NO_MORE_PROCESSES.test(line);
        },
        hit: async (root) => {
          if (wasRefused) return "processes";
          const all = members(root);
          if (all.reduce((total, { threads }) => total + threads, 0) >= most) return "processes";
          return (await memory.isOver(limits.memoryBytes, all)) ? "memory" : null;
        },
        members: (root) => members(root).map(({ pid }) => pid),
        [Symbol.asyncDispose]: async () => undefined,
      };
    },
  };
}

/** dash, bash and make: a bomb may be over before anybody looks, because its processes end when they get no more. */
const NO_MORE_PROCESSES = /(?:Cannot fork|fork: .*Resource temporarily unavailable)$/;

/** Address space that is never used: libraries, and what interpreters reserve. */
const ROOM = 1024 ** 3;

function membersOf(root: number, mark: string | null): ProcessFacts[] {
  const all = allProcesses();
  const tree = treeBelow(root, all);
  if (mark === null) return tree;
  const seen = new Set(tree.map(({ pid }) => pid));
  return [...tree, ...marked(mark, all).filter(({ pid }) => !seen.has(pid))];
}

/** More processes that the same user may begin meanwhile, for other builds. */
const NEIGHBOURS = 1_000;

/** Threads of everybody, who may all be the build's user; also dead ones that nobody has looked after yet, since the kernel counts them. */
function countOthers(): number {
  // proc(5): `0.20 0.18 0.12 1/80 11206`, where 80 is all there are.
  return Number(/\/(\d+) /.exec(readFileSync("/proc/loadavg", "latin1"))?.[1] ?? 0);
}
