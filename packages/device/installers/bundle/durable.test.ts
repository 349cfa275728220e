import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Run, RunResult } from "../../system/types.ts";
import { syncFileSystem } from "./durable.ts";

const ended = (more: Partial<RunResult>): Run => {
  return async () => ({ code: 0, signal: null, stdout: "", stderr: "", timedOut: false, ...more });
};

/** Starts the program for real. */
const real: Run = ([program = "", ...args]) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "ignore" });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout: "", stderr: "", timedOut: false }));
  });

test("asks the system to write out the file system of that folder, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pawl-durable-"));
  const calls: (readonly string[])[] = [];
  await syncFileSystem(folder, (argv, options) => {
    calls.push(argv);
    return real(argv, options);
  });
  expect(calls).toEqual([["sync", "-f", folder]]);
  await rm(folder, { recursive: true });
});

test.each<[string, Run, string]>([
  [
    "sync reports an error of the disk",
    ended({ code: 1, stderr: "sync: error syncing '/x': Input/output error\n" }),
    "Input/output",
  ],
  ["sync is killed", ended({ code: null, signal: "SIGKILL" }), "SIGKILL"],
  ["sync never ends", ended({ code: null, signal: "SIGTERM", timedOut: true }), "longer than"],
  ["there is no sync", (_argv, options) => real(["pawl-no-such-program"], options), "ENOENT"],
])("says that the files aren't safe when %s", async (_case, run, detail) => {
  await expect(syncFileSystem("/x", run)).rejects.toMatchObject({
    code: "unpack_failed",
    message: expect.stringContaining("could not be written safely"),
    fields: { path: "/x", detail: expect.stringContaining(detail) },
  });
});

test("ends with the signal's reason", async () => {
  const stop = AbortSignal.abort(new Error("stopped by its owner"));
  await expect(syncFileSystem("/x", ended({ code: null, signal: "SIGTERM" }), stop)).rejects.toThrow(
    "stopped by its owner",
  );
});
