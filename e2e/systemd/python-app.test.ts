import { machineIsPossible, whyNoPython } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOME, KettleMachine } from "./python-app/kettle-machine.ts";
import { loadedUnits, show } from "./units.ts";

const whyNot = machineIsPossible() ?? whyNoPython();

/** The clock of a machine in a box is its host's, and no server keeps it right. */
const NOT_OURS = "clock";

describe.skipIf(whyNot)(
  `a Python app that follows a branch${whyNot ? ` (${whyNot})` : ""}`,
  { timeout: 120_000 },
  () => {
    let device: KettleMachine;

    beforeAll(async () => {
      device = await KettleMachine.create("venv");
      await device.pawl("setup");
    });

    afterAll(() => device?.[Symbol.asyncDispose]());

    /** Asks the API for the branch's newest commit, and waits until its build stands still. */
    async function orderUntilHeld(): Promise<void> {
      await device.pawl("check", "--force");
      const { status, body } = await device.ask("POST", "/api/update/install", {});
      expect(status, JSON.stringify(body)).toBe(200);
      await device.untilHeld();
    }

    async function asPawl(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await device.tryPawl(args, { user: "pawl", timeoutMs: 90_000 });
      expect(code, stdout + stderr).toBe(0);
      return stdout;
    }

    async function failedUnits(): Promise<string> {
      return device.machine.succeed(["systemctl", "--failed", "--no-legend", "--plain"]);
    }

    test("the user pawl asks for its newest commit: root installs it, and nothing of it has run as root", async () => {
      const { machine } = device;
      expect(await asPawl("install")).toContain("Successfully built kettle");
      expect(await device.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
      expect(await device.ranAs("build")).toEqual(["nobody"]);
      expect(await device.ranAs("import")).toEqual(["daemon", "nobody"]);
      const weak = ["find", HOME, "(", "!", "-user", "root", "-o", "!", "-type", "l", "-perm", "/022", ")"];
      expect(await machine.succeed(weak)).toBe("");
      expect((await machine.run(["test", "-w", `${HOME}/current/bin`], { user: "pawl" })).code).toBe(1);
    });

    test("doctor finds nothing wrong, nor does systemd", async () => {
      const { checks } = JSON.parse(await device.pawl("doctor", "--json"));
      const wrong = checks.filter(({ id, ok }: Record<string, unknown>) => ok !== "ok" && id !== NOT_OURS);
      expect(wrong).toEqual([]);
      expect(await failedUnits()).toBe("");
    });

    test("root's side is killed in the middle of pip: the app runs on; the update does, too, and its commit dies", async () => {
      const { machine } = device;
      const before = await device.running();
      await device.push({ message: "Boil dry", diesAfterMs: 300, heldIn: "build" });
      await orderUntilHeld();
      const [unit = "none"] = await loadedUnits(machine, "pawl-apply@install*");
      const { MainPID } = await show(machine, unit, "MainPID");
      await machine.succeed(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", unit]);
      await machine.waitFor("its end", async () => (await show(machine, unit, "MainPID")).MainPID !== MainPID, 20_000);
      expect(await device.running()).toEqual(before);
      await device.letGo();
      expect(await device.untilEnd()).toMatchObject({
        to: "1.0.1.dev1",
        result: "rolled_back",
        resumed: true,
        failure: { code: "health_failed", back_on: "1.0.0" },
      });
      expect(await device.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
    });

    test("the power fails in the middle of pip: the app is back with the boot, and the update goes on", async () => {
      const { machine } = device;
      const commit = await device.push({ message: "Boil dry no more", heldIn: "build" });
      await orderUntilHeld();
      await machine.powerOff();
      await device.letGo();
      await machine.powerOn();
      expect(await device.untilEnd()).toMatchObject({ to: "1.0.1.dev2", result: "success", resumed: true });
      expect(await machine.journal("kettle.service")).toMatch(
        /kettle 1\.0\.0 starts\n(.*\n)*.*kettle 1\.0\.1\.dev2 starts/,
      );
      expect(await device.running()).toMatchObject({ version: "1.0.1.dev2", note: "Boil dry no more" });
      expect(await device.status()).toMatchObject({ current_version: "1.0.1.dev2", current_commit: commit });
      // Nothing of what the dead builds had begun is left.
      expect(await machine.succeed(["ls", "-A", `${HOME}/releases`])).toBe("1.0.0\n1.0.1.dev2\n");
      expect(await failedUnits()).toBe("");
    });

    test("the user pawl goes back, without the repository", async () => {
      await device.machine.succeed(["systemctl", "stop", "git-host.service"]);
      await asPawl("rollback");
      expect(await device.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
      expect(await device.ranAs("build")).toEqual(["nobody"]);
      expect(await device.ranAs("import")).toEqual(["daemon", "nobody"]);
    });
  },
);
