import { BootedMachine, machineIsPossible } from "@pawl/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEVICE_FILE } from "./nodes.ts";

/** A machine may share its host's two cores with other tests. */
const PATIENCE_MS = 180_000;

const whyNot = machineIsPossible();

const CONFIG = `apps:
  kitchen:
    source: { directory: { path: /srv/releases } }
    install: { bundle: { home: /opt/kitchen } }
`;

/** Made up, and of the right form. */
const UPDATE_ID = "0mb2k3x9a-7f3k2q";

/** e2e/systemd is about the same with systemd and polkit. */
describe.skipIf(whyNot)(
  `pawl setup where sudo is the way to root${whyNot ? ` (${whyNot})` : ""}`,
  { timeout: PATIENCE_MS },
  () => {
    let machine: BootedMachine;

    beforeEach(async () => {
      machine = await BootedMachine.boot();
      await machine.copyIn(DEVICE_FILE, "/srv/pawl-device.mjs", 0o755);
    }, PATIENCE_MS);

    afterEach(() => machine?.[Symbol.asyncDispose]());

    /** By this folder everybody knows that systemd is there (sd_booted(3)); without it, the init could be any other. */
    const hideSystemd = () => machine.succeed(["mv", "/run/systemd/system", "/run/systemd/elsewhere"]);

    const setUp = (...args: string[]) => machine.succeed(["/srv/pawl-device.mjs", "setup", ...args]);

    const asApi = (argv: string[], env: Record<string, string> = {}) => machine.run(argv, { user: "pawl", env });

    async function publish(version: string): Promise<void> {
      await machine.write(`/srv/${version}/hello`, version);
      const about = ["--version", version, "--name", "kitchen", "--out", "/srv/releases"];
      await machine.succeed(["/srv/pawl-device.mjs", "release", "pack", `/srv/${version}`, ...about]);
      await machine.succeed(["/srv/pawl-device.mjs", "release", "index", "/srv/releases", "--name", "kitchen"]);
    }

    test("leads from a copied file over the sample to a device that is set up, and back", async () => {
      await hideSystemd();
      expect(await setUp()).toContain("There is a sample to be edited now.");
      expect(await machine.run(["pawl", "config", "check"])).toMatchObject({ code: 2 });
      await machine.write("/etc/pawl/pawl.yaml", CONFIG);
      expect(await machine.run(["pawl", "setup", "--dry-run"], { user: "nobody" })).toMatchObject({
        code: 0,
        stderr: "",
      });
      expect(await machine.run(["pawl", "setup"], { user: "nobody" })).toMatchObject({ code: 2 });

      const said = await setUp();
      expect(said).toContain("This device is set up.");
      expect(said).toContain("*/10 * * * * pawl /usr/local/bin/pawl check --due --spread");
      expect(await machine.succeed(["stat", "--format=%U:%G %a", "/var/lib/pawl/kitchen/api"])).toBe("pawl:pawl 755\n");
      expect(await machine.read("/etc/passwd")).toMatch(/^pawl:x:\d{3}:\d+:.*:\/var\/lib\/pawl:\/usr\/sbin\/nologin$/m);
      expect(await machine.succeed(["pawl", "setup"])).toContain("Nothing to do: all is as it should be.");

      expect(await machine.succeed(["pawl", "setup", "--remove"])).toContain("    rm -r /etc/pawl\n");
      for (const path of ["/usr/local/bin/pawl", "/usr/local/sbin/pawl-apply", "/etc/sudoers.d/pawl", "/var/lib/pawl"])
        expect(await machine.exists(path), path).toBe(false);
      expect(await machine.read("/etc/passwd")).not.toMatch(/^pawl:/m);
      expect(await machine.read("/etc/pawl/pawl.yaml")).toBe(CONFIG);
    });

    test("goes on with what was installed as root before, from then on by the user pawl through sudo", async () => {
      await hideSystemd();
      await machine.write("/etc/pawl/pawl.yaml", CONFIG);
      await publish("1.0.0");
      await machine.succeed(["/srv/pawl-device.mjs", "install"]);
      await machine.succeed(["/srv/pawl-device.mjs", "auto", "on", "--time", "03:30"]);
      await setUp();
      await publish("1.1.0");
      const { stdout, stderr } = await asApi(["pawl", "install"]);
      expect(stdout + stderr).toContain("Now on 1.1.0.");
      expect(await machine.succeed(["stat", "--format=%U", "/opt/kitchen/releases/1.1.0/hello"])).toBe("root\n");
      expect(JSON.parse(await machine.succeed(["pawl", "status", "--json"]))).toMatchObject({
        current_version: "1.1.0",
        auto: { time: "03:30" },
      });
      expect(await machine.succeed(["find", "/var/lib/pawl/kitchen/api", "!", "-user", "pawl"])).toBe("");
      expect(await machine.succeed(["find", "/var/lib/pawl/kitchen/apply", "!", "-user", "root"])).toBe("");
    });

    test("lets the user pawl call pawl-apply through sudo, and nothing else, with nothing of its own", async () => {
      await hideSystemd();
      await machine.write("/etc/pawl/pawl.yaml", CONFIG);
      await setUp();
      const helper = ["sudo", "-n", "/usr/local/sbin/pawl-apply"];
      // It has reached root's side, which finds no such order.
      const reached = await asApi([...helper, "install", "kitchen", UPDATE_ID]);
      expect(reached.stderr).toMatch(/^pawl: /);
      expect(reached.stderr).not.toMatch(/sudo|password/);

      await machine.write("/tmp/evil/node", "#!/bin/sh\nid -u >/tmp/taken\n", 0o755);
      await machine.write("/tmp/evil/evil.cjs", "require('fs').writeFileSync('/tmp/taken', '')\n");
      const env = {
        PATH: "/tmp/evil:/usr/bin:/bin",
        NODE_OPTIONS: "--require=/tmp/evil/evil.cjs",
        PAWL_STATE_DIR: "/tmp/evil",
      };
      // Where nobody keeps it from doing so, it works.
      await asApi(["/usr/local/bin/pawl", "--version"], { ...env, PATH: "/usr/local/bin:/usr/bin:/bin" });
      await machine.succeed(["rm", "/tmp/taken"]);
      await asApi(["/usr/local/bin/pawl", "--version"], { PATH: env.PATH });
      await machine.succeed(["rm", "/tmp/taken"]);
      expect((await asApi([...helper, "install", "kitchen", UPDATE_ID], env)).stderr).toBe(reached.stderr);
      for (const argv of [
        [...helper.slice(0, 2), "NODE_OPTIONS=--require=/tmp/evil/evil.cjs", ...helper.slice(2), "schedule"],
        ["sudo", "-n", "-E", ...helper.slice(2), "schedule"],
        ["sudo", "-n", "/usr/local/bin/pawl", "status"],
        ["sudo", "-n", "/tmp/evil/node"],
        ["sudo", "-n", "id"],
      ])
        expect((await asApi(argv)).code, argv.join(" ")).not.toBe(0);
      expect((await machine.run(helper, { user: "nobody" })).stderr).toMatch(/password|not allowed/);
      expect(await machine.exists("/tmp/taken")).toBe(false);
    });

    test("reaches root from the API's own unit where systemd is there and polkit isn't", async () => {
      await machine.succeed(["mv", "/etc/polkit-1/rules.d", "/etc/polkit-1/elsewhere"]);
      await machine.write("/etc/pawl/pawl.yaml", CONFIG);
      await publish("1.0.0");
      await setUp();
      const { stdout, stderr } = await asApi(["pawl", "install"]);
      expect(`${stdout}${stderr}${await machine.journal()}`).toContain("Now on 1.0.0.");
      expect(await machine.journal("pawl-device.service")).toContain("Started pawl-device.service");
      expect(await machine.journal()).toMatch(/Started pawl-apply@install:kitchen:[^ ]+\.service/);
      expect(await machine.succeed(["pawl", "setup"])).toContain("Nothing to do: all is as it should be.");

      // What it can't do it says through sudo, too.
      await machine.write(
        "/etc/systemd/system/pawl-apply@.service.d/broken.conf",
        "[Service]\nExecStart=\nExecStart=false\n",
      );
      await machine.succeed(["systemctl", "daemon-reload"]);
      await publish("1.1.0");
      const failed = await asApi(["pawl", "install"]);
      expect(failed.code).toBe(1);
      expect(failed.stdout, await machine.journal()).toMatch(
        /`sudo journalctl -u 'pawl-apply@install:kitchen:[^ ]+\.service'` shows why/,
      );
    });
  },
);
