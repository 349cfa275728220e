import { machineIsPossible } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Device } from "./systemd/device.ts";

const whyNot = machineIsPossible();

/** The clock of a machine in a box is its host's, and no server keeps it right. */
const NOT_OURS = /^clock: /;

describe.skipIf(whyNot)(`pawl doctor on a device with systemd${whyNot ? ` (${whyNot})` : ""}`, () => {
  let device: Device;

  beforeAll(async () => {
    device = await Device.ready({ extra: "idle_exit: 1s\n" });
  }, 180_000);

  afterAll(() => device?.[Symbol.asyncDispose]());

  async function doctor(user?: string) {
    const { code, stdout, stderr } = await device.tryPawl(["doctor", "--json"], user ? { user } : {});
    expect(stderr).toBe("");
    const checks: { id: string; ok: string; title: string; fix: string | null }[] = JSON.parse(stdout).checks;
    const wrong = checks
      .filter(({ ok }) => ok !== "ok")
      .map(({ id, ok, title, fix }) => ({ words: `${id}: ${title}`, ok, fix }));
    return { code, checks, wrong: wrong.filter(({ words }) => !NOT_OURS.test(words)) };
  }

  test("all is well after pawl setup and the first install, and nothing was started to find out", async () => {
    await device.machine.waitFor("quiet", async () => (await device.processes()).length === 0, 60_000);
    const { code, checks, wrong } = await doctor();
    expect(wrong).toEqual([]);
    expect(code).toBe(0);
    const titles = checks.map(({ title }) => title).join("\n");
    expect(titles).toMatch(/The daily check runs at 04:20; the next time on \w{3} \d{4}-/);
    expect(titles).toContain("pawl-recover.service is enabled");
    expect(titles).toContain("The polkit rule is there");
    expect(titles).toContain("The service kitchen runs");
    expect(await device.processes()).toEqual([]);
  });

  test("another user is told what only root can see, and nothing wrong", async () => {
    const { code, wrong } = await doctor("daemon");
    expect(wrong.map(({ ok, fix }) => [ok, fix])).toEqual(wrong.map(() => ["warning", "sudo pawl doctor"]));
    expect(code).toBe(0);
  });

  test.each([
    [["systemctl", "disable", "--now", "pawl-check.timer"], "timer", "sudo systemctl enable --now pawl-check.timer"],
    [["systemctl", "disable", "pawl-resume.service"], "recovery", "sudo systemctl enable pawl-resume.service"],
    [["systemctl", "stop", "pawl-device.socket"], "socket", "sudo systemctl restart pawl-device.socket"],
    [["rm", "/etc/polkit-1/rules.d/50-pawl.rules"], "helper", "sudo pawl setup"],
    [
      ["sed", "-i", "s/04:20/03:00/", "/etc/systemd/system/pawl-check.timer.d/schedule.conf"],
      "timer",
      "sudo pawl-apply schedule",
    ],
    [["systemctl", "stop", "kitchen.service"], "services", "sudo systemctl restart kitchen"],
    [["chown", "pawl", "/var/lib/pawl/kitchen/apply"], "permissions", "chown root: /var/lib/pawl/kitchen/apply"],
  ])("after %j it says what to do", async (harm, id, fix) => {
    await device.machine.succeed(harm);
    const { code, wrong } = await doctor();
    expect(wrong[0]).toMatchObject({
      ok: "trouble",
      words: expect.stringMatching(`^${id}: `),
      fix: expect.stringContaining(fix),
    });
    expect(code).toBe(1);
    await device.machine.succeed(["chown", "root:", "/var/lib/pawl/kitchen/apply"]);
    await device.pawl("setup");
    await device.machine.succeed(["systemctl", "start", "kitchen.service"]);
  });
});
