import type { Kind } from "./cgroups.ts";

/** cgroup v1: every controller has a hierarchy of its own. https://docs.kernel.org/admin-guide/cgroup-v1/ */
export function version1(memory: string, pids: string): Kind {
  return {
    description: "cgroup v1 (memory, pids)",
    parents: [pids, memory],
    settings: ({ memoryBytes, processes }) => [
      [{ file: "pids.max", value: String(processes) }],
      [
        { file: "memory.limit_in_bytes", value: String(memoryBytes) },
        // Only kernels that count swap have it. Both together, so that there is no swap to go to.
        { file: "memory.memsw.limit_in_bytes", value: String(memoryBytes), isOptional: true },
      ],
    ],
    counters: [
      { parent: 1, file: "memory.oom_control", key: "oom_kill", limit: "memory" },
      { parent: 0, file: "pids.events", key: "max", limit: "processes" },
    ],
  };
}

/** cgroup v2: https://docs.kernel.org/admin-guide/cgroup-v2.html */
export function version2(parent: string): Kind {
  return {
    description: "cgroup v2",
    parents: [parent],
    settings: ({ memoryBytes, processes }) => [
      [
        { file: "pids.max", value: String(processes) },
        { file: "memory.max", value: String(memoryBytes) },
        { file: "memory.swap.max", value: "0", isOptional: true },
        // One killed process of a build is the end of the build.
        { file: "memory.oom.group", value: "1", isOptional: true },
      ],
    ],
    counters: [
      { parent: 0, file: "memory.events", key: "oom_kill", limit: "memory" },
      { parent: 0, file: "pids.events", key: "max", limit: "processes" },
    ],
  };
}
