import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Appliance, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import { DEVICE_FILE, type NodeUnderTest } from "./nodes.ts";

const BAD = {
  "answers with the old version": { answers: "1.0.0", watchedFor: "1s" },
  "answers and dies after 5 s": { diesAfterMs: 5_000, watchedFor: "6s" },
  "never opens its port": { opensPort: false, watchedFor: "1s" },
};

/** What a bad release does. */
export type Fault = keyof typeof BAD;

/**
 * A real appliance updates itself by the built file on one Node: good releases, bad ones, back and forward. Whether a release is
 * bad is found by the same lines on every Node: those between the oldest and the newest need not see each of its faults.
 */
export function describeUpdates(
  { name, path, isThere }: NodeUnderTest,
  faults = Object.keys(BAD) as readonly Fault[],
): void {
  describe.skipIf(!isThere)(`a real appliance on ${name}`, () => {
    let dir: TempDir;
    let appliance: Appliance;

    beforeAll(async () => {
      dir = await TempDir.create();
      appliance = await Appliance.create({ dir: dir.path, pawl: [path, DEVICE_FILE], within: "4s", steady: "1s" });
      await appliance.publish("1.0.0");
      const first = await appliance.pawl.run("install");
      expect(first, first.stderr).toMatchObject({ code: 0 });
    });

    afterAll(async () => {
      await appliance?.[Symbol.asyncDispose]();
      await dir?.[Symbol.asyncDispose]();
    });

    test("shows nothing newer when there is nothing newer, and says so in its exit code", async () => {
      const install = await appliance.pawl.run("install");
      expect(install.code).toBe(5);
      expect(install.stderr).toContain("Already up to date (1.0.0)");
    });

    test.each(faults)(
      "a release that %s rolls back by itself, with its reason",
      async (fault) => {
        const { watchedFor, ...behaviour } = BAD[fault];
        const version = `1.1.${faults.indexOf(fault)}`;
        await appliance.changeConfig((text) => text.replace(/steady: \w+/, `steady: ${watchedFor}`));
        await appliance.publish(version, { ...behaviour, channel: "bad" });
        const install = await appliance.pawl.run("install", version);
        expect(install, install.stdout + install.stderr).toMatchObject({ code: 3 });
        expect(install.stdout).toContain("✗ ");
        expect(install.stdout).toContain("Pawl went back to 1.0.0");
        expect(await appliance.runningVersion()).toBe("1.0.0");

        const history = JSON.parse((await appliance.pawl.run("history", "--json")).stdout).updates;
        expect(history[0]).toMatchObject({ from: "1.0.0", to: version, result: "rolled_back" });
        expect(history[0].failure).toMatchObject({ code: "health_failed", version, back_on: "1.0.0" });

        const status = JSON.parse((await appliance.pawl.run("status", "--json")).stdout);
        expect(status).toMatchObject({ state: "error", current_version: "1.0.0", last_result: "rolled_back" });
        expect(status.refused_versions).toContain(version);
      },
      60_000,
    );

    test("a good release is installed through the daemon, with live progress that never falls", async () => {
      await using daemon = await startDaemon(appliance, path);
      await expectPage(`${daemon.url}/apps/kitchen`);
      await appliance.publish("1.2.0", { ballastBytes: 5_000_000 });
      appliance.host.bytesPerSecond = 4_000_000;
      const check = await appliance.pawl.run("check", "--force");
      expect(check.stdout).toContain("Update available: 1.2.0");

      const install = await appliance.pawl.run("install");
      expect(install, install.stdout + install.stderr + daemon.stderr()).toMatchObject({ code: 0 });
      expect(install.stdout.split("\n")[0]).toBe("[Kitchen dashboard updater] Starting update…");
      expect(install.stdout).toContain("✓ Upgraded to 1.2.0 on channel 'stable'");
      expect(await appliance.runningVersion()).toBe("1.2.0");
      expect(await readFile(join(dir.path, "version"), "utf8")).toBe("1.2.0\n");

      const events = await daemon.replay();
      const percents = events.flatMap((event) => (event.type === "progress" ? [event.percent] : []));
      expect(percents.length).toBeGreaterThan(5);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      expect(events.findIndex((event) => event.type === "progress" && event.percent === 100)).toBeGreaterThan(
        events.findIndex((event) => event.type === "status" && event.phase === "health_check"),
      );
      expect(events.at(-1)).toMatchObject({ type: "done", state: "complete", error: null });
    });

    test("the owner goes back, and forward again", async () => {
      const back = await appliance.pawl.run("rollback");
      expect(back, back.stderr).toMatchObject({ code: 0 });
      expect(await appliance.runningVersion()).toBe("1.0.0");
      const again = await appliance.pawl.run("install", "1.2.0");
      expect(again, again.stderr).toMatchObject({ code: 0 });
      expect(await appliance.runningVersion()).toBe("1.2.0");
    });
  });
}

/** The page is in the built file, with all that it loads before it shows anything. */
async function expectPage(url: string): Promise<void> {
  const links = [...(await (await fetch(url)).text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, link]) => link ?? "",
  );
  expect(links.filter((link) => link.endsWith(".js")).length).toBeGreaterThan(0);
  const loaded = await Promise.all(links.map(async (link) => (await fetch(new URL(link, url))).status));
  expect(loaded).toEqual(links.map(() => 200));
}
