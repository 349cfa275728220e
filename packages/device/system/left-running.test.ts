import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, expect, test } from "vitest";
import { endLeftRunning } from "./left-running.ts";
import { run } from "./run.ts";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** A program with a home. */
function atHome(home: string): ChildProcess {
  const child = spawn("sleep", ["60"], { env: { ...process.env, HOME: home }, stdio: "ignore" });
  started.push(child);
  return child;
}

/** Nobody may be there to collect one that has ended: of that nothing but its number is left. */
const isRunning = async (pid: number) => (await readFile(`/proc/${pid}/cmdline`).catch(() => [])).length > 0;

test("what a program has left running goes, though it left its session and its parent, and nobody else does", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("work"));
  const [neighbour, other] = [atHome(dir.join("work-2")), atHome(dir.path)];
  const script =
    "setsid sh -c 'echo $$ > left; exec sleep 60' > /dev/null 2>&1 & until [ -s left ]; do sleep 0.01; done";
  const env = { PATH: process.env.PATH ?? "", HOME: dir.join("work/home") };
  await run(["sh", "-c", script], { cwd: dir.path, env, timeoutMs: 10_000 });
  const left = Number(await readFile(dir.join("left"), "utf8"));
  expect(await isRunning(left)).toBe(true);

  await endLeftRunning(dir.join("work/"));
  expect(await isRunning(left)).toBe(false);
  expect([neighbour, other].map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null]);
});

test("a child that its starter waits for ends as one that was killed", async () => {
  await using dir = await TempDir.create();
  const child = atHome(dir.join("work/home"));
  const ended = once(child, "exit");
  await endLeftRunning(dir.join("work/"));
  expect(await ended).toEqual([null, "SIGKILL"]);
});
