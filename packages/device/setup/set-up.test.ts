import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Lock } from "../store/lock.ts";
import { BareDevice, CONFIG, PAWLS_ID, refusal } from "./bare-device.ts";
import { SAMPLE } from "./sample.ts";

const isRoot = process.geteuid?.() === 0;

let device: BareDevice;

beforeEach(async () => {
  device = await BareDevice.create();
});
afterEach(async () => {
  await device[Symbol.asyncDispose]();
});

describe.skipIf(!isRoot)("on a device with systemd and polkit, as root", () => {
  beforeEach(() => device.hasConfig(CONFIG));

  test("makes the user, the folders with their owners, the program, the units and the rule", async () => {
    const { summary, next } = await device.setUp();
    expect(summary).toBe("This device is set up.");
    expect(next.join("\n")).toContain("pawl doctor");
    expect(await device.read("/etc/passwd")).toMatch(
      /^pawl:x:\d+:\d+:Pawl, the updater:\/var\/lib\/pawl:\/usr\/sbin\/nologin$/m,
    );
    const owners = {
      "/usr/local/bin/pawl": "root:root 755",
      "/usr/local/sbin/pawl-apply": "root:root link",
      "/etc/pawl": "root:root 755",
      "/etc/pawl/hooks": "root:root 755",
      "/etc/pawl/pawl.yaml": "root:root 644",
      "/var/lib/pawl": "root:root 755",
      "/var/lib/pawl/.api": "pawl:pawl 755",
      "/var/lib/pawl/kitchen": "root:root 755",
      "/var/lib/pawl/kitchen/api": "pawl:pawl 755",
      "/var/lib/pawl/kitchen/apply": "root:root 755",
      "/etc/polkit-1/rules.d/50-pawl.rules": "root:root 644",
      "/etc/systemd/system/pawl-device.socket": "root:root 644",
    };
    for (const [path, owner] of Object.entries(owners))
      expect([path, await device.ownerOf(path)]).toEqual([path, owner]);
    expect(await device.isThere("/etc/sudoers.d/pawl")).toBe(false);
    expect(await readFile(device.path("/usr/local/bin/pawl"), "utf8")).toBe(await device.read("/root/pawl-device.mjs"));
  });

  test("enables and starts what runs by itself, and has the timer's times written", async () => {
    await device.setUp();
    const { enabled, active } = device.systemd;
    expect([...enabled].sort()).toEqual([
      "pawl-check.timer",
      "pawl-device.socket",
      "pawl-recover.service",
      "pawl-resume.service",
    ]);
    expect([...active].sort()).toEqual(["pawl-check.timer", "pawl-device.socket"]);
    expect(await device.read("/etc/systemd/system/pawl-check.timer.d/schedule.conf")).toContain(
      "OnCalendar=*-*-* 04:20",
    );
  });

  test("ends when the links and accounts that others have written are on the disk too", async () => {
    await device.setUp({ dryRun: true });
    expect(device.synced).toEqual([]);
    await device.setUp();
    const ofEtc = `-f ${device.path("/etc")}`;
    expect(device.synced).toEqual([ofEtc]);
    await device.setUp();
    expect(device.synced).toEqual([ofEtc]);
    await device.remove();
    expect(device.synced).toEqual([ofEtc, ofEtc]);
  });

  test("a second time finds nothing to do, and touches nothing", async () => {
    await device.setUp();
    const before = await device.everything();
    device.systemd.asked.length = 0;
    const { steps, summary } = await device.setUp();
    expect(summary).toBe("Nothing to do: all is as it should be.");
    expect(steps).toBe(0);
    expect(device.systemd.asked).toEqual([]);
    expect(await device.everything()).toEqual(before);
  });

  test("a dry run tells every file with what is in it, and changes nothing", async () => {
    const before = await device.everything();
    const { said, texts, summary } = await device.setUp({ dryRun: true });
    expect(summary).toBe("Nothing was changed.");
    expect(said).toContain("write /etc/systemd/system/pawl-device.service (root, 0644)");
    expect(said).toContain("make the folder /var/lib/pawl/kitchen/api (pawl, 0755)");
    expect(texts.join("")).toContain("ExecStart=/usr/local/bin/pawl device");
    expect(device.systemd.asked).toEqual([]);
    expect(await device.everything()).toEqual(before);
    expect((await device.setUp()).said).toEqual(said);
  });

  test("an app, an address and a state folder that change are brought in line", async () => {
    await device.setUp();
    device.systemd.active.add("pawl-device.service");
    await device.hasConfig(
      `listen: 127.0.0.1:7777\n${CONFIG}${CONFIG.replace("apps:\n", "").replaceAll("kitchen", "cellar")}`,
    );
    device.systemd.asked.length = 0;
    const { said } = await device.setUp();
    expect(said).toContain("make the folder /var/lib/pawl/cellar/api (pawl, 0755)");
    expect(said).toContain("enable and start pawl-device.socket, on 127.0.0.1:7777");
    expect(said).not.toContain("write /usr/local/bin/pawl, this program (root, 0755)");
    expect(device.systemd.asked).toEqual([
      "daemon-reload",
      "stop pawl-device.service",
      "enable pawl-device.socket",
      "stop pawl-device.socket pawl-device.service",
      "start pawl-device.socket",
    ]);
    expect(await device.read("/etc/systemd/system/pawl-recover.service")).toContain("opt-cellar.mount");
    expect((await device.setUp()).steps).toBe(0);

    await device.hasConfig(`state_dir: /srv/pawl\n${CONFIG}`);
    await device.setUp();
    expect(await device.ownerOf("/srv/pawl/kitchen/api")).toBe("pawl:pawl 755");
    expect(await device.read("/etc/systemd/system/pawl-device.service")).toContain('-"/srv/pawl/kitchen/api"');
    expect((await device.setUp()).steps).toBe(0);
  });

  test("a newer file replaces the program, and the API that runs with the older one ends", async () => {
    await device.setUp();
    device.systemd.active.add("pawl-device.service");
    await device.hasProgram("2");
    const { said } = await device.setUp();
    expect(said[0]).toBe("write /usr/local/bin/pawl, this program (root, 0755)");
    expect(await device.read("/usr/local/bin/pawl")).toContain('"2"');
    expect(device.systemd.active).not.toContain("pawl-device.service");
  });

  test("the installed program sets up as well as any other", async () => {
    await device.setUp();
    device.ground.self = device.path("/usr/local/bin/pawl");
    expect((await device.setUp()).steps).toBe(0);
  });

  test("what was stopped half-way is made good by the next call", async () => {
    for (const verb of ["daemon-reload", "enable", "start", "stop"]) {
      device.systemd.failing = verb;
      await device.setUp().catch(() => undefined);
    }
    device.systemd.failing = null;
    await device.setUp();
    expect((await device.setUp()).steps).toBe(0);
    expect(device.systemd.active).toContain("pawl-device.socket");
  });

  test("a unit that couldn't be started is said in systemctl's words", async () => {
    device.systemd.failing = "start";
    expect(await refusal(device.setUp())).toBe(
      "restart_failed systemctl start pawl-device.socket failed: Failed to start.",
    );
  });

  test("is busy while an update runs, unless there is nothing to do", async () => {
    await device.setUp();
    const dir = device.path("/var/lib/pawl/kitchen/apply/lock");
    const attempt = await Lock.tryAcquire(dir, "update 1", new Date());
    expect((await device.setUp()).steps).toBe(0);
    await device.hasProgram("2");
    expect(await refusal(device.setUp())).toMatch(/^busy An update of kitchen is running\./);
    expect(await refusal(device.remove())).toMatch(/^busy/);
    if ("held" in attempt) await attempt.held[Symbol.asyncDispose]();
    expect((await device.setUp()).steps).toBeGreaterThan(0);
  });

  describe("a lock in the API's folder", () => {
    let plant: (user: number, pid: number) => Promise<void>;
    beforeEach(async () => {
      await device.setUp();
      const dir = device.path("/var/lib/pawl/kitchen/api/lock");
      const attempt = await Lock.tryAcquire(dir, "check", new Date());
      const mine = JSON.parse(await readFile(`${dir}/1`, "utf8"));
      if ("held" in attempt) await attempt.held[Symbol.asyncDispose]();
      plant = async (user, pid) => {
        const stat = await readFile(`/proc/${pid}/stat`, "utf8");
        const start_time = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
        await writeFile(`${dir}/9999`, JSON.stringify({ ...mine, pid, start_time }));
        await chown(`${dir}/9999`, user, user);
      };
      await device.hasProgram("2");
    });

    test("that its user has made out to a process of root's is believed by nobody", async () => {
      await plant(PAWLS_ID, process.pid);
      expect((await device.setUp({ dryRun: true })).steps).toBeGreaterThan(0);
      expect((await device.remove()).summary).toBe("Pawl is gone from this device.");
    });

    test("that a process of its user holds is one", async () => {
      const child = spawn("sleep", ["60"], { uid: PAWLS_ID, gid: PAWLS_ID });
      try {
        await once(child, "spawn");
        await plant(PAWLS_ID, child.pid ?? 0);
        expect(await refusal(device.setUp())).toMatch(/^busy/);
        expect(await refusal(device.remove())).toMatch(/^busy/);
      } finally {
        child.kill();
      }
    });

    test("that root's own Pawl holds, before there was another user, is one", async () => {
      await plant(0, process.pid);
      expect(await refusal(device.setUp())).toMatch(/^busy/);
    });
  });

  test("says that others can reach the API and nobody has a token", async () => {
    await device.hasConfig(`listen: 0.0.0.0:7320\n${CONFIG}`);
    expect((await device.setUp()).next.join("\n")).toContain("Others can reach 0.0.0.0:7320");
    await writeFile(device.path("/var/lib/pawl/.api/tokens.json"), "");
    expect((await device.setUp()).next).toEqual([]);
  });

  test.each([
    ["a name", "kitchen.local:7320"],
    ["any port", "127.0.0.1:0"],
  ])("%s in listen, which systemd can't do, is refused before anything is made", async (_, listen) => {
    await device.hasConfig(`listen: ${listen}\n${CONFIG}`);
    const before = await device.everything();
    expect(await refusal(device.setUp())).toMatch(/^config_invalid systemd can't listen on/);
    expect(await device.everything()).toEqual(before);
  });

  test.each([
    ["unix:/run/pawl/api.sock", "/run/pawl/api.sock"],
    ["[0:0::1]:7320", "[::1]:7320"],
    ["localhost:7320", "127.0.0.1:7320"],
  ])("listen: %s becomes a socket of systemd's, once", async (listen, stream) => {
    await device.hasConfig(`listen: "${listen}"\n${CONFIG}`);
    await device.setUp();
    expect(await device.read("/etc/systemd/system/pawl-device.socket")).toContain(`ListenStream=${stream}\n`);
    expect((await device.setUp()).steps).toBe(0);
  });
});

describe.skipIf(!isRoot)("without a pawl.yaml that can be used, as root", () => {
  test("writes the sample, explains what to do, and starts nothing", async () => {
    const { summary, next } = await device.setUp();
    expect(summary).toBe("There is a sample to be edited now.");
    expect(next.join("\n")).toContain("pawl config check");
    expect(await device.read("/etc/pawl/pawl.yaml")).toBe(SAMPLE);
    expect(await device.isThere("/usr/local/bin/pawl")).toBe(true);
    expect(await device.isThere("/var/lib/pawl")).toBe(false);
    expect(await device.read("/etc/passwd")).not.toContain("pawl");
    expect(device.systemd.asked).toEqual([]);
    expect((await device.setUp()).summary).toBe("/etc/pawl/pawl.yaml is still the sample.");
  });

  test("says everything that is wrong with one, and changes nothing", async () => {
    await device.hasConfig(`${CONFIG}    chanel: stable\nlissten: 1\n`);
    const before = await device.everything();
    const words = await refusal(device.setUp());
    expect(words).toContain("config_invalid /etc/pawl/pawl.yaml can't be used, so nothing was changed.");
    expect(words).toContain('did you mean "channel"');
    expect(words).toContain('"lissten"');
    expect(await device.everything()).toEqual(before);
  });
});
