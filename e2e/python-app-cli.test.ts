import { whyNoPython } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEVICE_FILE, NODES } from "./nodes.ts";
import { KettleDevice } from "./python-app/kettle-device.ts";

const whyNot = whyNoPython();
/** The oldest that devices have: python-app.test.ts has the same on today's. */
const node = NODES.node18.isThere ? NODES.node18 : NODES.node24;

describe.skipIf(whyNot)(
  `a Python app follows a branch, by commands, on ${node.name}${whyNot ? ` (${whyNot})` : ""}`,
  () => {
    let device: KettleDevice;
    let whistle: string;

    beforeAll(async () => {
      device = await KettleDevice.create({ pawl: [node.path, DEVICE_FILE] });
      await device.pawl(0, "install");
      await device.appliance.push("dev", { message: "Boil faster\n\nTwice as fast." });
      whistle = await device.appliance.push("dev", { message: "Whistle" });
    });
    afterAll(() => device?.[Symbol.asyncDispose]());

    test("status, channels, another branch and its commits", async () => {
      expect(await device.pawl(0, "status")).toMatch(/^Kettle: 1\.0\.0/);
      const channels = await device.pawl(0, "channel");
      expect(channels).toMatch(/^\* main .*\n {2}dev$/m);
      expect(await device.pawl(1, "channel", "kitchen")).toContain("kitchen");
      await device.pawl(0, "channel", "dev");
      expect(await device.pawl(0, "check")).toContain("Update available: 1.0.1.dev2");
      const changelog = await device.pawl(0, "changelog");
      expect(changelog).toMatch(new RegExp(`${whistle.slice(0, 7)}.*Whistle.*Boil faster.*Twice as fast\\.`, "s"));
    });

    test("install shows pip's lines, and what came of it", async () => {
      const install = await device.pawl(0, "install");
      expect(install).toMatch(/Installing from channel 'dev'….*Successfully built kettle.*Now on 1\.0\.1\.dev2\.\n$/s);
      expect(await device.appliance.running()).toMatchObject({ version: "1.0.1.dev2", note: "Whistle" });
      expect(await device.pawl(5, "install")).toContain("Already up to date (1.0.1.dev2)");
    });

    test("without network it goes back to the branch before, and forward to the commit it has had", async () => {
      await device.appliance.server.goAway();
      expect(await device.pawl(0, "rollback")).toContain("Back on 1.0.0.");
      expect(await device.appliance.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
      await device.pawl(0, "install", "1.0.1.dev2");
      expect(await device.appliance.running()).toMatchObject({ version: "1.0.1.dev2", note: "Whistle" });
      expect(await device.json()).toMatchObject({ current_commit: whistle, channel: "dev", last_result: "success" });
      await device.appliance.server.comeBack();
    });

    test("a commit that can't be imported never runs, and the next one is installed as ever", async () => {
      await device.appliance.push("dev", { message: "Import what isn't there", importFails: true });
      const before = await device.appliance.running();
      expect(await device.pawl(1, "install")).toContain(
        "import kettle: ModuleNotFoundError: No module named 'a_module_that_nobody_has'",
      );
      expect(await device.appliance.running()).toEqual(before);
      expect(device.releases()).toEqual({ current: "1.0.1.dev2", all: ["1.0.0", "1.0.1.dev2"] });
      const [failed] = await device.history();
      expect(failed).toMatchObject({ to: "1.0.1.dev3", result: "failed", failure: { code: "import_failed" } });
    });
  },
);
