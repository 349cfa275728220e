import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BareDevice, CONFIG } from "./bare-device.ts";

const isRoot = process.geteuid?.() === 0;

let device: BareDevice;

beforeEach(async () => {
  device = await BareDevice.create();
});
afterEach(async () => {
  await device[Symbol.asyncDispose]();
});

/** Without the folders' times and what is in /etc/passwd, which useradd and userdel write anew. */
async function traces(): Promise<string[]> {
  const all = await device.everything();
  return (
    Object.entries(all)
      // On the device itself that is below /run.
      .filter(([name]) => !name.includes(".pawl-schedule.lock"))
      .map(([name, said]) => `${name}: ${said.split(" ").slice(0, 3).join(" ")}`)
      .sort()
  );
}

describe.skipIf(!isRoot)("setup --remove, as root", () => {
  test("takes everything back on a device whose pawl.yaml was never edited", async () => {
    const before = await traces();
    await device.setUp();
    const { summary, next } = await device.remove();
    expect(summary).toBe("Pawl is gone from this device.");
    expect(next).toEqual([]);
    expect(await traces()).toEqual(before);
    expect((await device.remove()).summary).toBe("Nothing to do: there is nothing of Pawl's to remove.");
  });

  test.each([
    ["systemd", async () => undefined],
    ["another init", () => device.withoutSystemd()],
  ])("leaves the owner's pawl.yaml alone, and nothing else, where nothing was updated, with %s", async (_, prepare) => {
    await device.hasConfig(CONFIG);
    await prepare();
    const before = await traces();
    await device.setUp();
    // What a daemon makes by itself.
    for (const name of ["config.json", "cli-token", "session.key"])
      await writeFile(device.path(`/var/lib/pawl/.api/${name}`), "");
    const { next } = await device.remove();
    expect(await traces()).toEqual(before);
    expect(next.join("\n")).toMatch(/Left alone, because it is yours: \/etc\/pawl\. .*\n {4}rm -r \/etc\/pawl$/);
    expect(device.systemd.enabled.size).toBe(0);
    expect(device.systemd.active.size).toBe(0);
    expect(await device.read("/etc/passwd")).not.toContain("pawl");
  });

  test("what updates have left stays, with the user it belongs to, each with the line that would remove it", async () => {
    await device.hasConfig(CONFIG);
    await device.setUp();
    await writeFile(device.path("/var/lib/pawl/kitchen/apply/installed.json"), "{}");
    await writeFile(device.path("/etc/pawl/hooks/preflight"), "");
    const { next } = await device.remove();
    expect(next).toEqual([
      "Left alone, because it is yours: /var/lib/pawl, /etc/pawl, the user pawl. To remove it as well:",
      "    rm -r /var/lib/pawl",
      "    rm -r /etc/pawl",
      "    userdel pawl",
    ]);
    expect(await device.isThere("/var/lib/pawl/kitchen/apply/installed.json")).toBe(true);
    expect(await device.isThere("/etc/pawl/hooks/preflight")).toBe(true);
    expect(await device.isThere("/usr/local/bin/pawl")).toBe(false);
    expect(await device.read("/etc/passwd")).toContain("pawl");
  });

  test("stops the units before their files go, and has systemd forget them", async () => {
    await device.hasConfig(CONFIG);
    await device.setUp();
    device.systemd.asked.length = 0;
    await device.remove();
    expect(device.systemd.asked).toEqual([
      "disable --now pawl-device.socket pawl-device.service",
      "disable --now pawl-check.timer",
      "disable --now pawl-resume.service",
      "disable --now pawl-recover.service",
      "daemon-reload",
      "reset-failed pawl-*",
    ]);
  });

  test("a dry run tells the same, and removes nothing", async () => {
    await device.hasConfig(CONFIG);
    await device.setUp();
    const before = await device.everything();
    const told = await device.remove({ dryRun: true });
    expect(told.summary).toBe("Nothing was changed.");
    expect(await device.everything()).toEqual(before);
    const real = await device.remove();
    expect(told.said).toEqual(real.said);
    expect(told.next).toEqual(real.next);
  });

  test("finds the state of an app that pawl.yaml doesn't name any more, and a state folder without a pawl.yaml", async () => {
    await device.hasConfig(`state_dir: /srv/pawl\n${CONFIG}`);
    await device.setUp();
    await rm(device.path("/etc/pawl/pawl.yaml"));
    const { next } = await device.remove();
    expect(next).toEqual([]);
    expect(await device.isThere("/srv/pawl")).toBe(false);
    expect(await device.isThere("/etc/pawl")).toBe(false);
  });

  test("a pawl.yaml that can't be read is no reason to stay", async () => {
    await device.hasConfig(CONFIG);
    await device.setUp();
    await device.hasConfig("apps: [\n");
    await device.remove();
    expect(await device.isThere("/usr/local/bin/pawl")).toBe(false);
    expect(await device.read("/etc/pawl/pawl.yaml")).toBe("apps: [\n");
  });

  test("a removal that was stopped half-way is brought to its end by the next", async () => {
    await device.hasConfig(CONFIG);
    await device.setUp();
    device.systemd.failing = "daemon-reload";
    await device.remove().catch(() => undefined);
    device.systemd.failing = null;
    await device.remove();
    expect(await device.isThere("/etc/systemd/system/pawl-device.socket")).toBe(false);
    expect(await device.read("/etc/passwd")).not.toContain("pawl");
  });

  test("a folder that the API's user has laid in a file's place stays, and keeps nothing else from going", async () => {
    await device.hasConfig(CONFIG);
    await device.setUp();
    await mkdir(device.path("/var/lib/pawl/.api/cli-token/deep"), { recursive: true });
    const { summary, next } = await device.remove();
    expect(summary).toBe("Pawl is gone from this device.");
    expect(next.join("\n")).toMatch(
      /\/var\/lib\/pawl, .*the user pawl\. To remove it as well:\n {4}rm -r \/var\/lib\/pawl\n/,
    );
    expect(await device.isThere("/usr/local/bin/pawl")).toBe(false);
    expect(await device.isThere("/var/lib/pawl/.api/cli-token/deep")).toBe(true);
  });

  const PERSON = "pawl:x:1001:1001:Pawl Kowalski:/home/pawl:/bin/bash";

  test("a person of that name stays, with their group and their home, though nothing else says where the state is", async () => {
    await device.write("/etc/passwd", `${await device.read("/etc/passwd")}${PERSON}\n`);
    await device.write("/etc/group", `${await device.read("/etc/group")}pawl:x:1001:\n`);
    await mkdir(device.path("/home/pawl"), { recursive: true });
    const before = await device.everything();
    expect((await device.remove()).summary).toBe("Nothing to do: there is nothing of Pawl's to remove.");
    expect(await device.everything()).toEqual(before);
  });

  test("an account of the system's that setup didn't make stays, with the line that would remove it", async () => {
    const theirs = "pawl:x:901:901:made by the image:/nonexistent:/usr/sbin/nologin";
    await device.write("/etc/passwd", `${await device.read("/etc/passwd")}${theirs}\n`);
    await device.write("/etc/group", `${await device.read("/etc/group")}pawl:x:901:\n`);
    const { next } = await device.remove();
    expect(next.at(-1)).toBe("    userdel pawl");
    expect(await device.read("/etc/passwd")).toContain(theirs);
  });

  test("a group that is left of ours goes, and one that people are in doesn't", async () => {
    const groups = await device.read("/etc/group");
    await device.write("/etc/group", `${groups}pawl:x:901:pi\n`);
    expect((await device.remove()).steps).toBe(0);
    await device.write("/etc/group", `${groups}pawl:x:901:\n`);
    expect((await device.remove({ dryRun: true })).said).toEqual(["remove the user pawl"]);
  });

  test("a link that the API's user has laid in its folder isn't followed", async () => {
    await device.hasConfig(CONFIG);
    await device.setUp();
    await mkdir(device.path("/opt/theirs"));
    await writeFile(device.path("/opt/theirs/config.json"), "");
    await rm(device.path("/var/lib/pawl/.api"), { recursive: true });
    await symlink(device.path("/opt/theirs"), device.path("/var/lib/pawl/.api"));
    await device.remove();
    expect(await device.isThere("/opt/theirs/config.json")).toBe(true);
  });
});
