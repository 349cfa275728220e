import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isAlive, ownIdentity } from "./process-identity.ts";

const IDENTITY = new URL("./process-identity.ts", import.meta.url).href;
const mayMount =
  process.geteuid?.() === 0 && spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test("this process is alive, and another that had its number before isn't", () => {
  expect(isAlive(ownIdentity())).toBe(true);
  expect(isAlive({ ...ownIdentity(), start_time: "1" })).toBe(false);
  expect(isAlive({ ...ownIdentity(), boot_id: "another boot" })).toBe(false);
});

test("a process that has ended isn't alive", async () => {
  const child = spawn(process.execPath, ["--eval", "setTimeout(() => {}, 60_000)"]);
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const start_time = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  const identity = { ...ownIdentity(), pid: child.pid ?? 0, start_time };
  expect(isAlive(identity)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isAlive(identity)).toBe(false);
});

test.runIf(mayMount || process.env.CI)("root's process is alive also where /proc hides it from others", () => {
  const code = `
    const { isAlive, ownIdentity } = await import(${JSON.stringify(IDENTITY)});
    const { existsSync } = await import("node:fs");
    const roots = { ...ownIdentity(), pid: ${process.pid} };
    const nobodys = { ...ownIdentity(), pid: 4_194_303 };
    process.setgroups([]);
    process.setgid(54_321);
    process.setuid(54_321);
    console.log(JSON.stringify([existsSync("/proc/${process.pid}"), isAlive(roots), isAlive(nobodys)]));
  `;
  const argv = ["--mount", "sh", "-c", 'mount -t proc -o hidepid=2 proc /proc && exec "$@"', "sh"];
  const node = [process.execPath, "--input-type=module", "--eval", code];
  const { stdout, stderr } = spawnSync("unshare", [...argv, ...node], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([false, true, false]);
});
