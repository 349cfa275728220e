import { chmod, chown, mkdir, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ended, inShort, PATIENT, programs, someSurroundings } from "./doctor-fixture.ts";
import { askSudo, lookAtHelper, lookAtHelpersPlace } from "./helper.ts";

const PAWL = { uid: 990, gids: [990] };
const ON_SYSTEMD = {
  isRoot: true,
  isSystemConfig: true,
  hasSystemd: true,
  hasUnit: true,
  hasPolkit: true,
  hasHelper: true,
};

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("sbin"));
  await mkdir(dir.join("rules.d"));
  await mkdir(dir.join("sudoers.d"));
  await writeFile(dir.join("sbin", "pawl-apply"), "#!/bin/sh\n", { mode: 0o755 });
});
afterEach(() => dir[Symbol.asyncDispose]());

async function look(facts: object, apiUser: typeof PAWL | null = PAWL) {
  const { places, way } = someSurroundings(dir.path);
  return inShort(await lookAtHelper({ facts: { ...way, ...facts }, apiUser, uid: 0, places }));
}

test("with systemd and polkit: the helper and the rule that names it", async () => {
  await writeFile(dir.join("rules.d", "50-pawl.rules"), "… pawl-apply@ …");
  expect(await look(ON_SYSTEMD)).toEqual([
    `ok: Root's side is in place: ${dir.join("sbin", "pawl-apply")}`,
    `ok: The polkit rule is there: ${dir.join("rules.d", "50-pawl.rules")}`,
  ]);
});

test("without the rule the API can't reach root's side", async () => {
  await writeFile(dir.join("rules.d", "49-other.rules"), "something else");
  expect(await look(ON_SYSTEMD)).toContain("trouble: There is no polkit rule that lets the API reach root's side");
});

test("a helper that can't be started is a trouble", async () => {
  await chmod(dir.join("sbin", "pawl-apply"), 0o644);
  expect((await look(ON_SYSTEMD))[0]).toMatch(/^trouble: .*pawl-apply isn't there, or can't be started/);
});

test("without systemd it is sudo, which is asked as the API's user", async () => {
  await writeFile(dir.join("sudoers.d", "pawl"), "pawl ALL=(root) NOPASSWD: /usr/local/sbin/pawl-apply\n");
  const found = await look({ ...ON_SYSTEMD, hasSystemd: false });
  expect(found).toContain(`ok: The sudoers line is there: ${dir.join("sudoers.d", "pawl")}`);
  const calls: string[] = [];
  const run = programs({ sudo: ended("/usr/local/sbin/pawl-apply\n") }, calls);
  expect(inShort(await askSudo(run, "/usr/local/sbin/pawl-apply", PATIENT))[0]).toMatch(/^ok: sudo lets/);
  expect(calls).toEqual(["sudo -n -l /usr/local/sbin/pawl-apply"]);
  const refused = programs({ sudo: ended("", 1, "sudo: a password is required") });
  expect((await askSudo(refused, "/usr/local/sbin/pawl-apply", PATIENT))[0]).toMatchObject({
    ok: "trouble",
    fix: "sudo pawl setup helper",
    detail: "sudo: a password is required",
  });
});

test("a rule whose polkit is gone is said, unless sudo is the way by now", async () => {
  await writeFile(dir.join("rules.d", "50-pawl.rules"), "… pawl-apply@ …");
  expect(await look({ ...ON_SYSTEMD, hasPolkit: false })).toContain(
    "trouble: polkit is gone from this device, and the API had no other way to root's side",
  );
  await writeFile(dir.join("sudoers.d", "pawl"), "pawl ALL=(root) NOPASSWD: /usr/local/sbin/pawl-apply\n");
  expect((await look({ ...ON_SYSTEMD, hasPolkit: false })).join()).not.toContain("trouble");
});

test("before pawl setup: an API that is root, and one that never gets there", async () => {
  const bare = { isSystemConfig: true };
  expect(await look(bare, null)).toEqual([expect.stringMatching(/^warning: Pawl's API runs as root/)]);
  expect(await look(bare)).toEqual([expect.stringMatching(/^trouble: .*\(990\) has no way to root/)]);
});

test("another configuration than the system's is carried out by whoever runs it", async () => {
  expect(await look({})).toEqual(["ok: Updates are put in place by the user that Pawl runs as (990)"]);
});

test.skipIf(process.geteuid?.() !== 0)(
  "the helper, what it leads to and every folder above must be root's alone",
  async () => {
    const helper = dir.join("sbin", "helper");
    await symlink(dir.join("sbin", "pawl-apply"), helper);
    expect(await lookAtHelpersPlace(helper)).toEqual([]);
    for (const place of [dir.join("sbin"), dir.join("sbin", "pawl-apply")]) {
      await chown(place, 54_321, 54_321);
      expect((await lookAtHelpersPlace(helper))[0]).toMatchObject({
        ok: "trouble",
        title: `Others than root can change ${place}, and so what root starts as ${helper}`,
        fix: expect.stringContaining(`chown -h root: ${place} && chmod go-w ${place}`),
      });
      await chown(place, 0, 0);
    }
  },
);
