import { expect, test } from "vitest";
import { parseMounts } from "./mounts.ts";

test("mounts are read as proc(5) says, whatever optional fields they have", () => {
  const text = `24 30 0:22 / /proc rw,nosuid shared:13 - proc proc rw
31 24 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
32 24 0:28 /docker/abc /mnt/with\\040space rw master:1 propagate_from:2 - cgroup2 cgroup2 rw,nsdelegate
`;
  expect(parseMounts(text)).toEqual([
    { root: "/", path: "/proc", type: "proc", options: ["rw"] },
    { root: "/", path: "/sys/fs/cgroup/memory", type: "cgroup", options: ["rw", "memory"] },
    { root: "/docker/abc", path: "/mnt/with space", type: "cgroup2", options: ["rw", "nsdelegate"] },
  ]);
});
