import { machineIsPossible, whyNoPython } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COPIED } from "./owners-machine.ts";
import { ENVIRONMENT, KettleMachine } from "./python-app/kettle-machine.ts";

const whyNot = machineIsPossible() ?? whyNoPython();

const SET_UP = "sudo pawl setup helper";
/** What that asks for where root's side was somebody else's before. */
const HAND_OVER = "chown -R 0:0 /var/lib/pawl; chmod -R go-w /var/lib/pawl";

describe.skipIf(whyNot)(
  `a Python app in an environment of root's, and no more of Pawl than the helper${whyNot ? ` (${whyNot})` : ""}`,
  { timeout: 120_000 },
  () => {
    let device: KettleMachine;

    beforeAll(async () => {
      device = await KettleMachine.create("in-place");
      // As the user of a dashboard that its owner has made.
      const account = ["--system", "--home-dir", "/var/lib/pawl", "--create-home", "--shell", "/usr/sbin/nologin"];
      await device.machine.succeed(["useradd", ...account, "pawl"]);
    });

    afterAll(() => device?.[Symbol.asyncDispose]());

    async function packages(): Promise<string> {
      return device.machine.succeed(["sh", "-c", `ls ${ENVIRONMENT}/lib/python3*/site-packages`]);
    }

    test("without it nothing is installed, and the error says how to get it", async () => {
      const { code, stdout, stderr } = await device.machine.run([COPIED, "install"], { user: "pawl" });
      expect(code, stderr).toBe(1);
      expect(stdout).toMatch(new RegExp(`isn't pawl's to write, .* Run: ${SET_UP}\n`));
      const history = JSON.parse(await device.machine.succeed([COPIED, "history", "--json"], { user: "pawl" }));
      expect(history.updates).toMatchObject([{ result: "failed", failure: { code: "helper_missing" } }]);
      expect(await packages()).not.toContain("kettle");
    });

    test("with it the same command installs, and nothing of the project has run as root", async () => {
      const { machine } = device;
      // It doesn't believe what pawl has left where root's records lie from now on.
      expect((await machine.run([COPIED, "setup", "helper"])).stderr).toContain(HAND_OVER);
      await machine.succeed(["sh", "-c", HAND_OVER]);
      await device.pawl("setup", "helper");
      const { code, stdout, stderr } = await device.tryPawl(["install"], { user: "pawl", timeoutMs: 90_000 });
      expect(code, stdout + stderr).toBe(0);
      expect(stdout).toContain("Running as root – direct pip install");
      expect(await device.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
      expect(await machine.succeed(["find", ENVIRONMENT, "!", "-user", "root"])).toBe("");
      expect(await device.ranAs("build")).toEqual(["nobody"]);
      expect(await device.ranAs("import")).toEqual(["daemon", "nobody"]);
    });

    test("the power fails when pip has put the new one in place: the boot puts the old one back, and only that starts", async () => {
      const { machine } = device;
      const before = await packages();
      await device.push({ message: "Whistle", heldIn: "import" });
      await machine.succeed(["systemd-run", "--uid=pawl", "--unit=owner", "/usr/local/bin/pawl", "install"]);
      await device.untilHeld();
      expect(await packages()).toContain("kettle-1.0.1.dev1.dist-info");
      await machine.powerOff();
      await device.letGo();
      await machine.powerOn();
      expect(await device.untilEnd()).toMatchObject({
        to: "1.0.1.dev1",
        result: "undone",
        failure: { code: "power_lost", back_on: "1.0.0" },
      });
      expect(await packages()).toBe(before);
      expect(await machine.journal("kettle.service")).not.toContain("1.0.1.dev1");
      expect(await device.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
      expect(await device.ranAs("import")).toEqual(["daemon", "nobody"]);
      expect(await machine.succeed(["systemctl", "--failed", "--no-legend", "--plain"])).toBe("");
    });
  },
);
