import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { createLog } from "../log/log.ts";
import { Lifeline } from "./lifeline.ts";
import { allProcesses, treeBelow } from "./sandbox/limits/process-tree.ts";
import { processesWith } from "./sandbox/testing/processes.ts";

const PATIENCE = { timeout: 60_000 };
const LONG = 3_600_000;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A command that has begun another, in a process group of their own. */
function command(): { child: ChildProcess; pid: number; ended: Promise<unknown> } {
  const child = spawn("sh", ["-c", "sleep 300 & wait"], { detached: true, stdio: "ignore" });
  children.push(child);
  return { child, pid: child.pid ?? 0, ended: once(child, "exit") };
}

const isOver = ({ child }: { child: ChildProcess }) => child.signalCode !== null;

/** Of this process: other tests have theirs. */
function watchers(): number[] {
  const all = processesWith("perl\0-e\0# Ends a worker's builds");
  return treeBelow(process.pid, allProcesses())
    .map(({ pid }) => pid)
    .filter((pid) => all.includes(pid));
}

test("what runs is ended when nobody has said in time that it is ours, and what has ended isn't asked for", async () => {
  await using lifeline = new Lifeline(createLog({ level: "silent" }));
  const [first, second, done] = [command(), command(), command()];
  lifeline.extend(LONG);
  using _first = lifeline.watch(first.pid);
  using _second = lifeline.watch(second.pid);
  lifeline.watch(done.pid)[Symbol.dispose]();
  // As if this process had hung since.
  lifeline.extend(0);
  await Promise.all([first.ended, second.ended]);
  expect([first, second].map(({ child }) => child.signalCode)).toEqual(["SIGKILL", "SIGKILL"]);
  expect(isOver(done)).toBe(false);
  // Another build, later.
  lifeline.extend(LONG);
  const later = command();
  using _later = lifeline.watch(later.pid);
  expect(isOver(later)).toBe(false);
  lifeline.extend(0);
  await later.ended;
});

test("a watcher that was killed is replaced, and ends with the worker", async () => {
  const { pid, ended } = command();
  {
    await using lifeline = new Lifeline(createLog({ level: "silent" }));
    lifeline.extend(LONG);
    using _ = lifeline.watch(pid);
    await expect.poll(watchers, PATIENCE).toHaveLength(1);
    const [first = 0] = watchers();
    process.kill(first, "SIGKILL");
    await expect.poll(() => watchers().filter((one) => one !== first), PATIENCE).toHaveLength(1);
    lifeline.extend(0);
    await ended;
  }
  await expect.poll(watchers, PATIENCE).toEqual([]);
});
