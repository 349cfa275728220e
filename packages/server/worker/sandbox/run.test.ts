import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { DiskUse } from "./limits/disk.ts";
import type { Confines } from "./limits/types.ts";
import { runContained } from "./run.ts";

test("a build whose limits can't be looked at is ended, and nothing else is", async () => {
  await using dir = await TempDir.create("pawl-run-");
  const { signal } = new AbortController();
  const disk = await DiskUse.create([dir.path], { limit: 1e9, isEmpty: true, signal });
  const confines: Confines = {
    joinBy: [],
    rlimits: [],
    begin: () => undefined,
    hear: () => undefined,
    hit: () => Promise.reject(new Error("/proc is gone")),
    members: (root) => [root],
    [Symbol.asyncDispose]: async () => undefined,
  };
  const running = runContained(["sleep", "300"], {
    isNamespaced: false,
    confines,
    disk,
    timeMs: 60_000,
    outputCost: 1_000,
    onLine: () => undefined,
    signal,
  });
  await expect(running).rejects.toMatchObject({
    code: "worker_failed",
    message: "The limits of a build couldn't be looked at.",
    cause: { message: "/proc is gone" },
  });
});
