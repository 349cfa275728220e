import { machineIsPossible } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Device } from "./device.ts";
import { loadedUnits, show } from "./units.ts";

const whyNot = machineIsPossible();

const API = "/system.slice/pawl-device.service";

describe.skipIf(whyNot)(
  `an update asked for through the socket${whyNot ? ` (${whyNot})` : ""}`,
  { timeout: 180_000 },
  () => {
    let device: Device;
    let minor = 1;

    beforeAll(async () => {
      device = await Device.ready({ extra: "idle_exit: 2s\n", steady: "2s" });
    });

    afterAll(() => device?.[Symbol.asyncDispose]());

    /** Publishes and asks for the next version, and waits until root's side is in a state. */
    async function updateUntil(state: string): Promise<string> {
      const version = `1.${minor++}.0`;
      await device.publish(version);
      expect((await device.ask("POST", "/api/update/install", { version })).status).toBe(200);
      await device.untilApplying(state);
      return version;
    }

    async function untilEnd(): Promise<Record<string, unknown>> {
      const isOver = async () => device.applying() === "idle" && (await device.status()).state !== "installing";
      await device.machine.waitFor("the update's end", isOver, 40_000);
      return device.lastUpdate();
    }

    async function applier(): Promise<string> {
      const [unit = "none"] = await loadedUnits(device.machine, "pawl-apply@*");
      return unit;
    }

    test("runs in a unit and a cgroup of its own, as root", async () => {
      const version = await updateUntil("testing");
      const unit = await applier();
      expect(unit).toMatch(/^pawl-apply@install:kitchen:[\w-]+\.service$/);
      const { ControlGroup, MainPID } = await show(device.machine, unit, "ControlGroup", "MainPID");
      expect(ControlGroup).toMatch(/\/pawl-apply@install:kitchen:[\w-]+\.service$/);
      expect((await device.machine.read(`/proc/${MainPID}/cgroup`)).split("\n")).toContain(`0::${ControlGroup}`);
      expect(await device.machine.read(`/proc/${MainPID}/status`)).toMatch(/^Uid:\t0\t0\t0\t0$/m);
      expect(await untilEnd()).toMatchObject({ to: version, result: "success", resumed: false });
    });

    test("survives the restart of the app and of the API", async () => {
      const version = await updateUntil("testing");
      // At once: an app that is restarted after it has answered has failed its test, as it should.
      await device.machine.succeed(["systemctl", "restart", "kitchen.service", "pawl-device.service"]);
      expect(device.applying()).toBe("testing");
      expect(await untilEnd()).toMatchObject({ to: version, result: "success", resumed: false });
      expect(await device.status()).toMatchObject({ current_version: version, state: "complete" });
    });

    test.each(["staging", "restarting", "testing"])("survives a kill -9 of the API while it is %s", async (state) => {
      const version = await updateUntil(state);
      device.killAtOnce(API);
      expect(await untilEnd()).toMatchObject({ to: version, result: "success", resumed: false });
      expect((await device.ask("GET", "/api/update/status")).body).toMatchObject({
        current_version: version,
        state: "complete",
      });
    });

    test.each(["staging", "restarting", "testing"])("goes on by itself when it is killed while %s", async (state) => {
      const version = await updateUntil(state);
      const { ControlGroup = "" } = await show(device.machine, await applier(), "ControlGroup");
      device.killAtOnce(ControlGroup);
      expect(await untilEnd()).toMatchObject({ to: version, result: "success", resumed: true });
      expect(await device.status()).toMatchObject({ current_version: version, state: "complete" });
    });

    test("goes on when it and the API are killed at once, with nobody there to ask for it", async () => {
      const version = await updateUntil("testing");
      const { ControlGroup = "" } = await show(device.machine, await applier(), "ControlGroup");
      device.killAtOnce(API);
      device.killAtOnce(ControlGroup);
      await device.machine.waitFor("root's side to end it", async () => device.applying() === "idle" || null, 40_000);
      expect(await device.lastUpdate()).toMatchObject({ to: version, result: "success", resumed: true });
      expect(await device.status()).toMatchObject({ current_version: version, state: "complete" });
    });

    test("leaves no process of ours and no failed unit", async () => {
      await device.machine.waitFor("quiet", async () => (await device.processes()).length === 0, 20_000);
      expect(await device.machine.succeed(["systemctl", "--failed", "--no-legend", "--plain"])).toBe("");
    });
  },
);

describe.skipIf(whyNot)(`a long update${whyNot ? ` (${whyNot})` : ""}`, () => {
  test("is seen to its end by the API, which knows that root's side is alive", async () => {
    // Longer than root's side may be without its lock, after which the API would start it again.
    await using device = await Device.create({ extra: "idle_exit: 2s\n", steady: "18s" });
    await device.pawl("setup");
    expect((await device.ask("POST", "/api/update/install", {})).status).toBe(200);
    await device.untilApplying("testing");
    await new Promise((resolve) => setTimeout(resolve, 16_500));
    const starting = (await device.processes()).filter((line) => line.startsWith("systemctl start"));
    expect(starting).toHaveLength(1);
    await device.machine.waitFor("the end", async () => (await device.status()).state !== "installing", 20_000);
    expect(await device.lastUpdate()).toMatchObject({ to: "1.0.0", result: "success" });
  });
});
