import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { whyNoPython } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KettleDevice } from "./python-app/kettle-device.ts";

const whyNot = whyNoPython();

describe.skipIf(whyNot)(`a Python app in an environment that is there${whyNot ? ` (${whyNot})` : ""}`, () => {
  let device: KettleDevice;

  beforeAll(async () => {
    device = await KettleDevice.create({ mode: "in-place" });
    await device.pawl(0, "install");
  });
  afterAll(() => device?.[Symbol.asyncDispose]());

  test("a commit that starts and dies is gone back from, without network, and the environment is whole", async () => {
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
    await device.appliance.push("main", { message: "Boil dry", diesAfterMs: 1_500 });
    await device.appliance.changeConfig((text) => text.replace(/steady: \w+/, "steady: 3s"));
    const broken = await device.pawl(3, "install");
    await device.appliance.changeConfig((text) => text.replace(/steady: \w+/, "steady: 300ms"));
    expect(broken).toContain("Pawl went back to 1.0.0");
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
    expect(pipComplaints()).not.toContain("kettle");
  });

  test("the next one is installed, and the owner goes back from it without network", async () => {
    const good = await device.appliance.push("main", { message: "Boil dry no more" });
    await device.pawl(0, "install");
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.1.dev2", note: "Boil dry no more" });
    expect(await device.json()).toMatchObject({ current_commit: good, backup_version: "1.0.0" });
    await device.appliance.server.goAway();
    await device.pawl(0, "rollback");
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
    expect(await device.json()).toMatchObject({
      current_version: "1.0.0",
      current_commit: device.appliance.first,
      last_result: "success",
    });
    expect(pipComplaints()).not.toContain("kettle");
  });

  /** What the machine's own Python has to complain about is nobody's business here. */
  function pipComplaints(): string {
    const python = join(device.appliance.home, "bin", "python");
    const { status, stdout, stderr } = spawnSync(python, ["-I", "-m", "pip", "check"], { encoding: "utf8" });
    return status === 0 ? "" : stdout + stderr;
  }
});
