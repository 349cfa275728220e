import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noPip, PYTHON } from "../pip-fixture.ts";
import { LOCKED } from "./locked-program.ts";

let dir: TempDir;
const started: ChildProcess[] = [];
beforeAll(async () => {
  dir = await TempDir.create();
});
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await dir[Symbol.asyncDispose]();
});

/** One of ours, which says so when it has the lock. */
function work(lock: string, patience: number, program: string): ChildProcess {
  const args = ["-I", "-c", LOCKED, lock, String(patience), "-c", `print("has it")\n${program}`];
  const child = spawn(PYTHON, args, { stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  return child;
}

const hasIt = (child: ChildProcess) => once(child.stdout ?? child, "data");
const FOR_EVER = "import time\ntime.sleep(60)";

describe.skipIf(noPip)("the lock of an environment", () => {
  test("one works, and the next waits for its end", async () => {
    const lock = dir.join("one");
    const first = work(lock, 20, "import time\ntime.sleep(0.5)");
    await hasIt(first);
    const second = work(lock, 20, "");
    await hasIt(second);
    expect(first.exitCode ?? (await once(first, "exit"))[0]).toBe(0);
  });

  test("one that doesn't end is killed, whatever number stands in the file: that may be somebody else's by now", async () => {
    const lock = dir.join("two");
    const first = work(lock, 20, FOR_EVER);
    await hasIt(first);
    const other = spawn("sleep", ["60"]);
    started.push(other);
    await writeFile(lock, String(other.pid).padEnd(20));
    const ended = once(first, "exit");
    await hasIt(work(lock, 0.2, ""));
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
  });
});
