import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { apiUserOf } from "./api-user.ts";

const API_USER = fileURLToPath(new URL("./api-user.ts", import.meta.url));
const isRoot = process.geteuid?.() === 0;

/** What a process is that began as this one's user and then became the unprivileged side's. */
function becomeIn(stateDir: string) {
  const code = `
    const { becomeApiUser } = await import(${JSON.stringify(API_USER)});
    becomeApiUser(${JSON.stringify(stateDir)});
    (await import("node:fs")).writeFileSync(${JSON.stringify(`${stateDir}/.api/made`)}, "");
    console.log(JSON.stringify({ uid: process.getuid(), euid: process.geteuid(), gid: process.getgid(), groups: process.getgroups() }));
    try { process.setuid(0); console.log("root again"); } catch {}
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
  expect(stderr).toBe("");
  const [ids = "", ...more] = stdout.trim().split("\n");
  return { ids: JSON.parse(ids), more };
}

test("nobody is known as long as nothing was set up", async () => {
  await using dir = await TempDir.create();
  expect(apiUserOf(dir.path)).toBeNull();
});

test.runIf(isRoot)("where root does everything, root stays root", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join(".api"));
  expect(apiUserOf(dir.path)).toBeNull();
  expect(becomeIn(dir.path).ids).toMatchObject({ uid: 0, euid: 0 });
});

test.runIf(isRoot)("root becomes whose folder it is, with none of its groups, and never root again", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join(".api"));
  await chmod(dir.path, 0o755);
  await chown(dir.join(".api"), 54_321, 54_322);
  const { ids, more } = becomeIn(dir.path);
  expect(ids).toEqual({ uid: 54_321, euid: 54_321, gid: 54_322, groups: [54_322] });
  expect(more).toEqual([]);
  const { uid, gid } = await stat(dir.join(".api/made"));
  expect([uid, gid]).toEqual([54_321, 54_322]);
});
