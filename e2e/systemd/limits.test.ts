import { machineIsPossible } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Device } from "./device.ts";
import { loadedUnits, show } from "./units.ts";

const whyNot = machineIsPossible();

/** One that was never asked for: an update id as they look. */
const ORDER = "pawl-apply@install:kitchen:0mwqleawo-vy4c0f.service";

// An order that came to nothing is not loaded any more.
const REFUSED = /authentication required|Access denied|Permission denied|not permitted|not loaded/i;

describe.skipIf(whyNot)(
  `who has taken over the unprivileged user${whyNot ? ` (${whyNot})` : ""}`,
  { timeout: 180_000 },
  () => {
    let device: Device;

    beforeAll(async () => {
      device = await Device.ready({ extra: "idle_exit: 2s\n" });
      await device.machine.write("/etc/systemd/system/other.service", "[Service]\nExecStart=/bin/sleep infinity\n");
      await device.machine.succeed(["systemctl", "daemon-reload"]);
    });

    afterAll(() => device?.[Symbol.asyncDispose]());

    const asPawl = (...argv: string[]) => device.machine.run(argv, { user: "pawl" });

    test("may start the unit of an order, which root then looks at: nobody has given it, so nothing is done", async () => {
      const before = await device.starts();
      const { code, stderr } = await asPawl("systemctl", "start", "--wait", "--no-ask-password", ORDER);
      expect(stderr).not.toMatch(REFUSED);
      expect(code).toBe(1);
      expect(await device.machine.journal(ORDER)).toContain("There is no order");
      expect(await device.starts()).toEqual(before);
    });

    test("may order as much as it likes: few of root's processes start at once, and nothing is done", async () => {
      const { machine } = device;
      const before = await device.starts();
      const crowd =
        "for i in $(seq 10 69); do systemctl start --no-block pawl-apply@install:kitchen:000000$i-aaaaaa.service; done";
      expect((await asPawl("sh", "-c", crowd)).code).toBe(0);
      await machine.waitFor("their end", async () => (await loadedUnits(machine, "pawl-apply@*")).length === 0, 60_000);
      expect(await machine.journal()).toContain("Too many orders are being carried out at once.");
      expect(await device.starts()).toEqual(before);
    });

    const VERBS: [string, string[]][] = [
      ["restart the app", ["restart", "kitchen.service"]],
      ["stop the app", ["stop", "kitchen.service"]],
      ["start another unit", ["start", "other.service"]],
      ["start the resuming at boot", ["start", "pawl-resume.service"]],
      ["stop the timer", ["stop", "pawl-check.timer"]],
      ["disable the timer", ["disable", "pawl-check.timer"]],
      ["mask a unit", ["mask", "kitchen.service"]],
      ["change a unit's properties", ["set-property", "kitchen.service", "CPUWeight=1"]],
      ["change systemd's own environment", ["set-environment", "NODE_OPTIONS=--require=/tmp/evil.cjs"]],
      ["have units read anew", ["daemon-reload"]],
      ["re-execute systemd", ["daemon-reexec"]],
      ["kill root's side", ["kill", ORDER]],
      ["stop root's side", ["stop", ORDER]],
      ["restart root's side", ["restart", ORDER]],
      ["edit root's side's environment", ["set-property", "--runtime", ORDER, "Environment=X=1"]],
      ["power off", ["poweroff"]],
      ["reboot", ["reboot"]],
      ["take everything else down", ["isolate", "rescue.target"]],
    ];

    test.each(VERBS)("may not %s", async (_what, verb) => {
      const state = async () => [
        await show(device.machine, "kitchen.service", "InvocationID", "ActiveState", "UnitFileState", "CPUWeight"),
        await show(device.machine, "pawl-check.timer", "ActiveState", "UnitFileState"),
        await show(device.machine, "other.service", "ActiveState"),
        await show(device.machine, "rescue.target", "ActiveState"),
        await device.machine.succeed(["systemctl", "show-environment"]),
      ];
      const before = await state();
      const { code, stderr } = await asPawl("systemctl", "--no-ask-password", ...verb);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(REFUSED);
      expect(await state()).toEqual(before);
    });

    const INSTANCES = [
      "pawl-apply@.service",
      "pawl-apply@x.service",
      "pawl-apply@install.service",
      "pawl-apply@install:kitchen.service",
      "pawl-apply@install:kitchen:0mwqleawo-vy4c0f:more.service",
      "pawl-apply@remove:kitchen:0mwqleawo-vy4c0f.service",
      "pawl-apply@INSTALL:kitchen:0mwqleawo-vy4c0f.service",
      "pawl-apply@install:..:0mwqleawo-vy4c0f.service",
      "pawl-apply@install:kitchen:..-..-etc-passwd.service",
      "pawl-apply@install:kitchen:$(id).service",
      "pawl-apply@install\\x20-c:kitchen:0mwqleawo-vy4c0f.service",
      "pawl-apply@--config=-tmp-evil.service",
      "pawl-apply@schedule:kitchen.service",
      "pawl-apply@install:kitchen:0mwqleawo-vy4c0f.timer",
      "pawl-apply@install:kitchen:0mwqleawo-vy4c0f.socket",
      "xpawl-apply@install:kitchen:0mwqleawo-vy4c0f.service",
      "pawl-apply@install:kitchen:0mwqleawo-vy4c0f.service.service",
    ];

    test.each(INSTANCES)("may not start %s", async (unit) => {
      const before = await loadedUnits(device.machine, "pawl-apply@*");
      const { code, stderr } = await asPawl("systemctl", "start", "--no-ask-password", "--", unit);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/authentication required|Access denied|not found|not valid|Invalid|missing the instance/i);
      expect(await loadedUnits(device.machine, "pawl-apply@*")).toEqual(before);
    });

    test("may have the timer written anew, which says what the file says", async () => {
      const { code } = await asPawl("systemctl", "start", "--wait", "--no-ask-password", "pawl-apply@schedule.service");
      expect(code).toBe(0);
    });

    test("can't run a transient unit, nor become root by sudo or pkexec", async () => {
      for (const argv of [
        ["systemd-run", "--no-ask-password", "--wait", "touch", "/etc/evil"],
        ["sudo", "-n", "touch", "/etc/evil"],
        ["sudo", "-n", "/usr/local/sbin/pawl-apply", "apply", "--config", "/tmp/evil.yaml"],
        ["pkexec", "--disable-internal-agent", "touch", "/etc/evil"],
      ]) {
        // A program that isn't there (127) can't be misused either.
        expect((await asPawl(...argv)).code, argv.join(" ")).not.toBe(0);
      }
      expect(await device.machine.exists("/etc/evil")).toBe(false);
    });

    test("can't write what root reads or runs", async () => {
      const paths = [
        "/etc/pawl/pawl.yaml",
        "/etc/pawl",
        "/usr/local/bin/pawl",
        "/usr/local/sbin/pawl-apply",
        "/etc/systemd/system",
        "/etc/systemd/system/pawl-apply@.service",
        "/etc/polkit-1/rules.d",
        "/opt/kitchen",
        "/opt/kitchen/current/kitchen.pl",
        "/var/lib/pawl",
        "/var/lib/pawl/kitchen",
        "/var/lib/pawl/kitchen/apply",
        "/var/lib/pawl/kitchen/apply/installed.json",
      ];
      for (const path of paths) {
        expect(await device.machine.exists(path), path).toBe(true);
        expect((await asPawl("test", "-w", path)).code, path).toBe(1);
      }
      expect((await asPawl("test", "-w", "/var/lib/pawl/kitchen/api")).code).toBe(0);
    });

    test("another user may start nothing at all, not even an order", async () => {
      for (const user of ["nobody", "daemon"]) {
        for (const unit of [ORDER, "pawl-apply@schedule.service", "pawl-check.service", "pawl-device.service"]) {
          const { code, stderr } = await device.machine.run(["systemctl", "start", "--no-ask-password", unit], {
            user,
          });
          expect([user, unit, code]).not.toEqual([user, unit, 0]);
          expect(stderr).toMatch(REFUSED);
        }
      }
    });

    const EXCHANGES: [string, string][] = [
      ["something else", 'for each in "$1"/*.bundle; do echo "something else" >"$each"; done'],
      [
        "one byte of it",
        'for each in "$1"/*.bundle; do printf X | dd of="$each" bs=1 seek=400 conv=notrunc status=none; done',
      ],
      [
        "the bundle of another release",
        'for each in "$1"/*.bundle; do cat /srv/releases/1.0.0/*.tar.gz >"$each"; done',
      ],
      ["a link to another file", 'for each in "$1"/*.bundle; do ln -sf /etc/shadow "$each"; done'],
      ["nothing", 'rm "$1"/*.bundle'],
    ];

    test.each(EXCHANGES)("a bundle that became %s after it was verified is refused by root", async (_what, script) => {
      const { machine } = device;
      // At the last moment: systemd is starting root's side already.
      const dir = "/var/lib/pawl/kitchen/api/downloads";
      await machine.write("/usr/local/lib/exchange.sh", `#!/bin/sh\nset -- ${dir}\n${script}\n`, 0o755);
      const asPawl = "setpriv --reuid=pawl --regid=pawl --clear-groups";
      const dropIn = `[Service]\nExecStartPre=${asPawl} /usr/local/lib/exchange.sh\n`;
      await machine.write("/etc/systemd/system/pawl-apply@.service.d/exchange.conf", dropIn);
      await machine.succeed(["systemctl", "daemon-reload"]);
      await device.publish("1.1.0");
      await device.pawl("check", "--force");
      const starts = await device.starts();
      expect((await device.ask("POST", "/api/update/install", { version: "1.1.0" })).status).toBe(200);
      await machine.waitFor("the end", async () => (await device.status()).state === "error", 30_000);
      const { result, failure } = await device.lastUpdate();
      expect(result).toBe("failed");
      expect(failure).toMatchObject({ phase: "staging", version: "1.1.0" });
      expect((failure as { code: string }).code).toMatch(
        /^(hash_mismatch|archive_refused|unpack_failed|not_found|state_damaged)$/,
      );
      expect(await device.status()).toMatchObject({ current_version: "1.0.0" });
      expect(await machine.read("/opt/kitchen/current/version")).toBe("1.0.0\n");
      expect(await machine.succeed(["ls", "/opt/kitchen/releases"])).toBe("1.0.0\n");
      expect(await device.starts()).toEqual(starts);
    });
  },
);
