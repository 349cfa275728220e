import { type ChangedFiles, differences, machineIsPossible } from "@pawl/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Device } from "./device.ts";

const whyNot = machineIsPossible();

/** Logs, what systemd notes of its timers, the appliance's own files, and the locks of the account tools. */
const OTHERS = /^\/(var\/(log|lib\/(systemd|kitchen|private)|cache)|etc\/\.pwd\.lock)(\/|$)/;

/** Which the account tools change. */
const ACCOUNTS = /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-?$/;

describe.skipIf(whyNot)(`pawl setup${whyNot ? ` (${whyNot})` : ""}`, () => {
  let device: Device;

  beforeEach(async () => {
    device = await Device.create({ extra: "idle_exit: 1s\n" });
  });

  afterEach(() => device?.[Symbol.asyncDispose]());

  /** What is on the disk, without what other programs write by themselves. */
  async function changed(): Promise<ChangedFiles> {
    const files = Object.entries(await device.machine.changedFiles());
    return Object.fromEntries(files.filter(([path]) => !OTHERS.test(path)));
  }

  test("--dry-run shows all that would be done, and changes nothing", async () => {
    const before = await changed();
    const shown = await device.pawl("setup", "--dry-run");
    expect(differences(before, await changed())).toEqual([]);
    await device.pawl("setup");
    const made = differences(before, await changed());
    expect(made).not.toEqual([]);
    // Accounts are the system's own files, which its own tools change; folders stand for what is in them.
    for (const line of made) {
      const path = line.slice(2);
      if (ACCOUNTS.test(path) || path.includes(".wants")) continue;
      expect(shown, `not shown: ${line}`).toContain(path);
    }
    expect(shown).toContain("pawl");
  });

  test("a second time it changes nothing, also in what runs", async () => {
    await device.pawl("setup");
    await device.pawl("install");
    await device.machine.waitFor("quiet", async () => (await device.processes()).length === 0, 120_000);
    const before = await changed();
    const said = await device.pawl("setup");
    expect(differences(before, await changed())).toEqual([]);
    expect(said).not.toBe("");
    expect(await device.processes()).toEqual([]);
  });

  test("--remove undoes it, and leaves what is the owner's", async () => {
    const before = await changed();
    await device.pawl("setup");
    await device.pawl("setup", "--remove");
    const left = differences(before, await changed());
    // Debian's tools keep the account files of before, and number no user twice.
    expect(left.filter((line) => !ACCOUNTS.test(line.slice(2)))).toEqual([]);
    for (const file of ["/etc/passwd", "/etc/group"]) expect(await device.machine.read(file)).not.toMatch(/^pawl:/m);
    const units = await device.machine.succeed(["systemctl", "list-units", "--all", "--plain", "--no-legend", "pawl*"]);
    expect(units).toBe("");
  });

  test("--remove of a device in use stops what runs, and the app goes on", async () => {
    await device.pawl("setup");
    await device.pawl("install");
    await device.pawl("setup", "--remove");
    expect(await device.processes()).toEqual([]);
    expect(await device.machine.exists("/run/pawl/api.sock")).toBe(false);
    expect(await device.machine.succeed(["systemctl", "is-active", "kitchen.service"])).toBe("active\n");
    expect(await device.machine.read("/opt/kitchen/current/version")).toBe("1.0.0\n");
    // Set up again, it knows what is installed.
    await device.pawl("setup");
    expect(await device.status()).toMatchObject({ current_version: "1.0.0" });
    await device.publish("1.1.0");
    await device.pawl("install");
    expect(await device.status()).toMatchObject({ current_version: "1.1.0", last_result: "success" });
  });

  test("writes units that systemd has nothing to say against", async () => {
    await device.pawl("setup");
    const names = await device.machine.succeed(["sh", "-c", "cd /etc/systemd/system && ls -d pawl-*.*"]);
    const units = names
      .trim()
      .split("\n")
      .filter((name) => !name.endsWith(".d"));
    expect(units.length).toBeGreaterThanOrEqual(7);
    // A template is looked at by one of its instances.
    const instances = units.map((name) => name.replace("@.", "@schedule."));
    expect(await device.machine.run(["systemd-analyze", "verify", "--man=no", ...instances])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("is all there and working after a reboot", async () => {
    await device.pawl("setup");
    await device.pawl("install");
    await device.machine.powerCycle();
    expect(await device.machine.succeed(["systemctl", "--failed", "--no-legend", "--plain"])).toBe("");
    expect((await device.ask("GET", "/api/update/status")).body).toMatchObject({ current_version: "1.0.0" });
    expect((await device.tryPawl(["doctor"])).stdout).not.toBe("");
  });
});
