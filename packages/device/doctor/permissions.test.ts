import { chmod, chown, mkdir, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { inShort, someConfig, verdicts } from "./doctor-fixture.ts";
import { assessFolder, foldersOf, lookAtFolders, lookAtOwnFolders } from "./permissions.ts";
import { lookAtTakeover, placesOfRoots } from "./takeover.ts";

const PAWL = { uid: 54_321, gids: [54_321] };
const isRoot = process.getuid?.() === 0;

test.each<["root" | "api", number, number, string | null]>([
  ["root", 0, 0o755, null],
  ["root", 0, 0o775, "chown root: /x && chmod 755 /x"],
  ["root", 54_321, 0o755, "chown root: /x && chmod 755 /x"],
  ["root", 0, 0o700, "chmod 755 /x"],
  ["api", 54_321, 0o755, null],
  ["api", 54_321, 0o750, null],
  ["api", 0, 0o755, "chown 54321:54321 /x"],
  ["api", 54_321, 0o555, "chmod 755 /x"],
  ["api", 54_321, 0o777, "chmod 755 /x"],
])("a folder of the side %s, of user %i, mode %o: %s", (belongsTo, uid, mode, fix) => {
  const there = { uid, gid: 0, mode: 0o040000 | mode, isDirectory: () => true };
  const finding = assessFolder({ path: "/x", belongsTo }, there, PAWL);
  if (fix === null) expect(finding).toBeNull();
  else expect(finding).toMatchObject({ ok: "trouble", fix: expect.stringContaining(fix) });
});

test("something else in a folder's place is a trouble", () => {
  const there = { uid: 0, gid: 0, mode: 0o100644, isDirectory: () => false };
  expect(assessFolder({ path: "/x", belongsTo: "root" }, there, PAWL)?.title).toBe("/x is not a folder");
});

test.skipIf(!isRoot)("as root: finds a device that pawl setup made in order, and what was changed since", async () => {
  await using dir = await TempDir.create();
  await chmod(dir.path, 0o755);
  const folders = foldersOf(dir.join("state"), ["kitchen"]);
  for (const { path, belongsTo } of folders) {
    await mkdir(path);
    if (belongsTo === "api") await chown(path, PAWL.uid, PAWL.uid);
  }
  expect(inShort(await lookAtFolders(folders, PAWL))).toEqual([
    "ok: Each of the 5 state folders belongs to whom it should",
  ]);
  await chown(dir.join("state", "kitchen", "apply"), PAWL.uid, PAWL.uid);
  await chown(dir.join("state", "kitchen", "api"), 0, 0);
  expect(verdicts(await lookAtFolders(folders, PAWL))).toEqual(["trouble", "trouble"]);
});

test.skipIf(!isRoot)(
  "as root: a state folder that a link of root's leads to is one, while nobody else has a say",
  async () => {
    await using dir = await TempDir.create();
    await chmod(dir.path, 0o755);
    await mkdir(dir.join("data", "pawl"), { recursive: true });
    await symlink("data/pawl", dir.join("state"));
    const [state] = foldersOf(dir.join("state"), []);
    const look = async () => inShort(await lookAtFolders(state ? [state] : [], PAWL));
    expect(await look()).toEqual([expect.stringMatching(/^ok: /)]);
    await chown(dir.join("data"), PAWL.uid, PAWL.uid);
    expect(await look()).toEqual([expect.stringMatching(/^trouble: .*state is a link, and others than root decide/)]);
  },
);

test("a folder that isn't there is a matter for pawl setup", async () => {
  await using dir = await TempDir.create();
  const [finding] = await lookAtFolders([{ path: dir.join("state"), belongsTo: "root" }], PAWL);
  expect(finding).toMatchObject({ ok: "trouble", fix: "sudo pawl setup" });
});

test("where one user does everything, that user may write", async () => {
  await using dir = await TempDir.create();
  const findings = await lookAtOwnFolders(foldersOf(dir.join("state"), ["kitchen"]), 1000);
  expect(inShort(findings)).toEqual(["ok: This user (1000) may write in each state folder"]);
});

test.skipIf(!isRoot)("as root: finds what the API's user could have root run", async () => {
  await using dir = await TempDir.create();
  await chmod(dir.path, 0o755);
  const program = dir.join("app", "control");
  const service = { command: { start: [program, "start"], stop: [program, "stop"] } };
  const config = someConfig(dir.path, { services: [service] });
  await mkdir(dir.join("app"));
  await mkdir(dir.join("home"));
  await mkdir(dir.join("hooks"));
  await writeFile(program, "#!/bin/sh\n", { mode: 0o755 });
  const places = {
    config: "/nowhere",
    program: "/nowhere",
    helper: "/nowhere",
    units: "",
    polkitRules: "",
    sudoers: "",
  };
  const look = async () => lookAtTakeover(placesOfRoots(config, dir.join("pawl.yaml"), places), PAWL);
  expect(inShort(await look())).toEqual(["ok: The API's user can change nothing that root runs or believes"]);
  await chown(dir.join("app"), PAWL.uid, PAWL.uid);
  await chmod(dir.join("hooks"), 0o777);
  expect(inShort(await look())).toEqual([
    expect.stringContaining(`trouble: The user that the API runs as (54321) may write ${dir.join("hooks")}: `),
    expect.stringContaining(`may write ${dir.join("app")}, and so put another in the place of ${program}`),
  ]);
});
