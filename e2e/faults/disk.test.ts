import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noSmallDisks, SmallDisk } from "../../packages/device/preflight/small-disk.ts";
import { appliersOf } from "./appliers.ts";
import { Device, until } from "./device.ts";

// A disk that was large enough when the update looked, and that another program fills while the release is unpacked.

const MB = 1024 * 1024;

describe.skipIf(noSmallDisks)("a disk that fills up", () => {
  let disk: SmallDisk;
  let device: Device;

  beforeAll(async () => {
    const prepare = (dir: { path: string }) => {
      disk = SmallDisk.on(join(dir.path, "appliance"), { bytes: 96 * MB });
    };
    device = await Device.create({}, prepare);
  });
  afterAll(async () => {
    await device?.appliance[Symbol.asyncDispose]();
    disk?.[Symbol.dispose]();
    await device?.[Symbol.asyncDispose]();
  });

  test("during unpack: what was staged is removed, and the old release runs on", async () => {
    const before = device.wholeRelease();
    const version = await device.publishNext({ ballastBytes: 40 * MB });
    const install = device.appliance.pawl.run("install");
    await until(() => stagedBytes() > 0);
    const [applier = 0] = appliersOf(device.appliance.configPath);
    process.kill(applier, "SIGSTOP");
    expect(device.rootsStatus()).toBe("staging");
    fill();
    process.kill(applier, "SIGCONT");
    const { code, stdout, stderr } = await install;
    expect(code, stdout + stderr).toBe(1);
    const { home } = device.appliance;
    const says = `The disk is full: ${home} ran out of room while ${version} was unpacked.`;
    const { failure } = await device.assertEnd(version, { code: "disk_full", result: "failed", says }, before);
    expect(failure).toMatchObject({ phase: "staging", path: home });
    expect(stdout).toContain(`Make room on ${home}: `);
    expect(releases()).toEqual([before]);
    rmSync(filler());
    // The very same release, now that there is room.
    await device.updatesTo(version);
  });

  function filler(): string {
    return join(device.appliance.home, "somebody's-film");
  }

  /** Takes all that is left, in a process of its own. */
  function fill(): void {
    const { bavail, bsize } = statfsSync(device.appliance.home);
    const { status, stderr } = spawnSync("fallocate", ["-l", String(bavail * bsize), filler()], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
  }

  function releases(): string[] {
    return readdirSync(join(device.appliance.home, "releases"));
  }

  /** How much of the release that is being unpacked is there. */
  function stagedBytes(): number {
    const staging = releases().find((name) => name.startsWith(".staging-"));
    return staging ? readdirSync(join(device.appliance.home, "releases", staging)).length : 0;
  }
});
