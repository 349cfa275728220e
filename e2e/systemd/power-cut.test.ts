import { readFileSync } from "node:fs";
import { machineIsPossible } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Device } from "./device.ts";
import { show } from "./units.ts";

const whyNot = machineIsPossible();

const HOLD_AT = readFileSync(new URL("./hold-at.cjs", import.meta.url), "utf8");

/** Where root's side is when the power fails: at the n-th rename to a path like this one. */
interface Cut {
  to: string;
  when: "before" | "after";
  nth: number;
}

/** Per layout: what is cut, and what the update's end is. */
const CUTS = {
  symlink: [
    ["before the link is replaced", { to: "^/opt/kitchen/current$", when: "before", nth: 1 }, "undone"],
    [
      "after the link is replaced, before that is on record",
      { to: "^/opt/kitchen/current$", when: "after", nth: 1 },
      "undone",
    ],
  ],
  copy: [
    ["before the first file is replaced", { to: "/[abc][.]txt$", when: "before", nth: 1 }, "undone"],
    ["between two files", { to: "/[abc][.]txt$", when: "after", nth: 2 }, "undone"],
  ],
} satisfies Record<string, [string, Cut, string][]>;

describe.skipIf(whyNot).each(["symlink", "copy"] as const)(
  `a power cut in the middle of a switch, %s layout${whyNot ? ` (${whyNot})` : ""}`,
  { timeout: 180_000 },
  (layout) => {
    let device: Device;
    let minor = 1;

    beforeAll(async () => {
      device = await Device.ready({ layout, steady: "2s" });
      await device.machine.write("/usr/local/lib/hold-at.cjs", HOLD_AT);
      const dropIn = "[Service]\nEnvironment=NODE_OPTIONS=--require=/usr/local/lib/hold-at.cjs\n";
      await device.machine.write("/etc/systemd/system/pawl-apply@.service.d/hold.conf", dropIn);
      await device.machine.succeed(["systemctl", "daemon-reload"]);
    });

    afterAll(() => device?.[Symbol.asyncDispose]());

    /** Asks for an update, cuts the power where it is told to, and waits until the boot has ended it. */
    async function updateWithCut(version: string, cut: Cut): Promise<Record<string, unknown>> {
      const { machine } = device;
      await machine.write("/run/hold-at.json", JSON.stringify(cut));
      expect((await device.ask("POST", "/api/update/install", { version })).status).toBe(200);
      await machine.waitFor("the moment", () => machine.exists("/run/held"), 30_000);
      await machine.powerCycle();
      await machine.waitFor("the end", async () => (await device.status()).state !== "installing", 40_000);
      return device.lastUpdate();
    }

    /** When the disk was settled in this boot, and what the appliance then found at each of its starts. */
    async function thisBoot() {
      const boot = (await device.machine.read("/proc/sys/kernel/random/boot_id")).trim();
      const recover = await show(device.machine, "pawl-recover.service");
      expect(recover).toMatchObject({ ActiveState: "active", Result: "success", ExecMainStatus: "0" });
      const starts = (await device.starts()).filter((start) => start.boot === boot);
      return { settledAt: Number(recover.ExecMainExitTimestampMonotonic) / 1e6, starts };
    }

    test.each(CUTS[layout])(
      "%s",
      async (_where, cut, result) => {
        const before = (await device.status()).current_version ?? "";
        const version = `1.${minor++}.0`;
        await device.publish(version);
        expect(await updateWithCut(version, cut)).toMatchObject({
          to: version,
          result,
          failure: { code: "power_lost", back_on: before },
        });
        const { settledAt, starts } = await thisBoot();
        expect(starts[0]?.at).toBeGreaterThan(settledAt);
        expect([...new Set(starts.flatMap(({ versions }) => versions))]).toEqual([before]);
        expect(await device.status()).toMatchObject({ current_version: before, state: "error" });
        // Nothing of it stands in the way of the next try.
        await device.pawl("install");
        expect(await device.status()).toMatchObject({ current_version: version, last_result: "success" });
      },
      90_000,
    );

    test("after the switch is on record: it starts on the new release, is tested, and the history says so", async () => {
      const version = `1.${minor++}.0`;
      await device.publish(version);
      expect((await device.ask("POST", "/api/update/install", { version })).status).toBe(200);
      await device.untilApplying("testing");
      await device.machine.powerCycle();
      await device.machine.waitFor("the end", async () => (await device.status()).state !== "installing", 40_000);
      expect(await device.lastUpdate()).toMatchObject({ to: version, result: "success", resumed: true, failure: null });
      const { settledAt, starts } = await thisBoot();
      expect(starts[0]?.at).toBeGreaterThan(settledAt);
      expect([...new Set(starts.flatMap(({ versions }) => versions))]).toEqual([version]);
      const isOver = async () =>
        (await show(device.machine, "pawl-resume.service", "ActiveState")).ActiveState === "inactive";
      await device.machine.waitFor("pawl-resume to end", isOver, 10_000);
      expect(await show(device.machine, "pawl-resume.service", "Result")).toEqual({ Result: "success" });
    });

    test("three times in its test: the release is gone back from, and refused", async () => {
      const before = (await device.status()).current_version;
      const version = `1.${minor++}.0`;
      await device.publish(version);
      expect((await device.ask("POST", "/api/update/install", { version })).status).toBe(200);
      for (let cuts = 0; cuts < 3; cuts++) {
        await device.untilApplying("testing");
        await device.machine.powerCycle();
      }
      await device.machine.waitFor("the end", async () => (await device.status()).state !== "installing", 40_000);
      expect(await device.lastUpdate()).toMatchObject({
        to: version,
        result: "rolled_back",
        failure: { code: "power_lost", back_on: before },
      });
      // The third boot goes back before anything starts.
      const { starts } = await thisBoot();
      expect([...new Set(starts.flatMap(({ versions }) => versions))]).toEqual([before]);
      expect((await device.status()).refused_versions).toContain(version);
    });
  },
);
