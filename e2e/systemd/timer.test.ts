import { machineIsPossible } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Device } from "./device.ts";
import { show } from "./units.ts";

const whyNot = machineIsPossible();

/** Where systemd remembers when a persistent timer last fired. */
const STAMP = "/var/lib/systemd/timers/stamp-pawl-check.timer";
/** Where Pawl notes its own last run. */
const NIGHTLY = "/var/lib/pawl/kitchen/api/nightly.json";
const THREE_DAYS_MS = 3 * 24 * 3600_000;

describe.skipIf(whyNot)(`the nightly check${whyNot ? ` (${whyNot})` : ""}`, () => {
  let device: Device;

  beforeAll(async () => {
    device = await Device.ready({ extra: "idle_exit: 2s\n", appExtra: "    auto: { jitter: 0s }\n" });
  });

  afterAll(() => device?.[Symbol.asyncDispose]());

  const checkedAt = async () => (await device.status()).last_checked;

  /** As if the nightly check had last been made three days ago. */
  async function missNights(): Promise<void> {
    const note = JSON.stringify({ ran_at: new Date(Date.now() - THREE_DAYS_MS).toISOString() });
    await device.machine.succeed(["tee", NIGHTLY], { user: "pawl", input: note });
    await device.machine.succeed(["touch", "--date", "3 days ago", STAMP]);
  }

  /** What the timer does when its time has come. */
  async function night(): Promise<void> {
    await missNights();
    await device.machine.succeed(["systemctl", "start", "pawl-check.service"]);
  }

  test("is in the list of timers, at 04:20 and as exactly as pawl.yaml wants it, and runs as the unprivileged user", async () => {
    expect(await device.machine.succeed(["systemctl", "list-timers", "--no-pager"])).toContain("pawl-check.timer");
    const timer = await show(device.machine, "pawl-check.timer");
    expect(timer).toMatchObject({ ActiveState: "active", Persistent: "yes", RandomizedDelayUSec: "0" });
    expect(timer.TimersCalendar).toContain("*-*-* 04:20:00");
    expect(await show(device.machine, "pawl-check.service", "User")).toEqual({ User: "pawl" });
  });

  test("asks what is newest and does nothing else, as the unprivileged user", async () => {
    await device.publish("1.1.0");
    await night();
    expect(await device.status()).toMatchObject({
      latest_version: "1.1.0",
      has_update: true,
      current_version: "1.0.0",
    });
    expect(await device.machine.succeed(["stat", "-c", "%U", "/var/lib/pawl/kitchen/api/state.json"])).toBe("pawl\n");
  });

  test("is made up for at the next boot when the device was off at its time, and then no process of ours stays", async () => {
    const before = await checkedAt();
    await device.publish("1.2.0");
    await device.machine.powerOff();
    await missNights();
    await device.machine.powerOn();
    await device.machine.waitFor("the check", async () => (await checkedAt()) !== before, 60_000);
    expect(await device.status()).toMatchObject({ latest_version: "1.2.0", current_version: "1.0.0" });
    await device.machine.waitFor("its end", async () => (await device.processes()).length === 0, 40_000);
  });

  test("isn't made again by a boot when it has been made", async () => {
    const before = await checkedAt();
    await device.machine.powerCycle();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await checkedAt()).toBe(before);
  });

  test("moves when the owner chooses another time over the API, also over a reboot", async () => {
    const next = async () => (await show(device.machine, "pawl-check.timer")).NextElapseUSecRealtime;
    const calendar = async () => (await show(device.machine, "pawl-check.timer")).TimersCalendar ?? "";
    const before = await next();
    const { status, body } = await device.ask("POST", "/api/update/auto", { enabled: true, time: "13:37" });
    expect([status, body.success]).toEqual([200, true]);
    await device.machine.waitFor("the timer", async () => (await calendar()).includes("13:37"), 10_000);
    expect(await calendar()).not.toContain("04:20");
    expect(await next()).not.toBe(before);
    const after = await next();
    await device.machine.powerCycle();
    expect(await calendar()).toContain("13:37");
    // FixedRandomDelay: the same device, the same minute.
    expect(await next()).toBe(after);
  });

  test("isn't made when the owner has switched it off, without any unit being disabled", async () => {
    expect((await device.ask("POST", "/api/update/auto", { enabled: false })).status).toBe(200);
    const before = await checkedAt();
    await night();
    expect(await checkedAt()).toBe(before);
    expect(await device.machine.succeed(["systemctl", "is-enabled", "pawl-check.timer"])).toBe("enabled\n");
  });

  test("installs, too, when the owner wants that", async () => {
    expect((await device.ask("POST", "/api/update/auto", { enabled: true, install: true })).status).toBe(200);
    await night();
    expect(await device.status()).toMatchObject({ current_version: "1.2.0", last_result: "success" });
    expect(await device.lastUpdate()).toMatchObject({ to: "1.2.0", result: "success" });
  });
});
