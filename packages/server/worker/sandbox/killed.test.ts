import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createLog } from "../../log/log.ts";
import { openSandboxes } from "./index.ts";
import { openPlace } from "./testing/open-place.ts";
import { processesWith } from "./testing/processes.ts";

const WORKER = fileURLToPath(new URL("./testing/killed-worker.ts", import.meta.url));

/** A machine may have more to do than this. */
const PATIENCE = { timeout: 60_000 };

test.for([
  ["bubblewrap", ""],
  ["none", ""],
  ["none", "all"],
] as const)(
  "a worker with sandbox %s that is killed leaves nothing, once the next one has begun (avoiding: %s)",
  { timeout: 60_000 },
  async ([mode, avoid]) => {
    await using place = await openPlace({ mode });
    const folder = place.dir.join("build");
    await mkdir(folder);
    const worker = spawn(process.execPath, [WORKER, place.dir.join("sandboxes"), place.tree, folder, mode, avoid], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(worker.stdout, "data");
    // A process that is just becoming another has no command line for a moment.
    await expect.poll(() => processesWith("pawl-orphan").length, PATIENCE).toBeGreaterThan(1);
    worker.kill("SIGKILL");
    await once(worker, "exit");
    // Namespaces end by themselves, at once; without them it takes somebody to look.
    if (avoid === "") await expect.poll(() => processesWith("pawl-orphan"), PATIENCE).toEqual([]);
    expect(await readFile("/proc/self/mountinfo", "utf8")).not.toContain(folder);
    expect(await readdir(folder)).toContain("stage");

    const { signal } = new AbortController();
    const log = createLog({ level: "silent" });
    await openSandboxes({ mode, user: "pawl-build", folder: place.dir.join("sandboxes"), log, signal });
    await expect.poll(() => processesWith("pawl-orphan"), PATIENCE).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    expect(await readdir(place.dir.join("sandboxes/open"))).toEqual([]);
    for (const controller of ["pids", "memory", "unified", "."]) {
      const groups = await readdir(`/sys/fs/cgroup/${controller}`).catch(() => []);
      expect(groups.filter((name) => name.startsWith(`pawl-${worker.pid}-`))).toEqual([]);
    }
  },
);
