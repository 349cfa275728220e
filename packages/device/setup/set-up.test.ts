import { chmod, chown, lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BareDevice, CONFIG, PAWLS_ID } from "./bare-device.ts";
import { SAMPLE } from "./sample.ts";

const isRoot = process.geteuid?.() === 0;

let device: BareDevice;

beforeEach(async () => {
  device = await BareDevice.create();
});
afterEach(async () => {
  await device[Symbol.asyncDispose]();
});

/** What a refusal says. */
async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "nothing was refused",
    (error) => [error.code, error.message, error.fields?.detail ?? ""].join(" ").trim(),
  );
}

describe.skipIf(!isRoot)("on a device with systemd and polkit, as root", () => {
  beforeEach(() => device.hasConfig(CONFIG));

  test("makes the user, the folders with their owners, the program, the units and the rule", async () => {
    const { summary, next } = await device.setUp();
    expect(summary).toBe("This device is set up.");
    expect(next.join("\n")).toContain("pawl doctor");
    expect(await device.read("/etc/passwd")).toMatch(/^pawl:x:\d+:\d+::\/var\/lib\/pawl:\/usr\/sbin\/nologin$/m);
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
    expect(await device.read("/etc/systemd/system/pawl-recover.service")).toContain("/opt/cellar");
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
    device.systemd.failing = "daemon-reload";
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

  test("somebody else's modes and owners are put right, and what is in the folders is left alone", async () => {
    await device.setUp();
    await chown(device.path("/var/lib/pawl/kitchen/api"), 1000, 1000);
    await chmod(device.path("/var/lib/pawl/.api"), 0o777);
    await chmod(device.path("/etc/pawl/pawl.yaml"), 0o666);
    await writeFile(device.path("/var/lib/pawl/kitchen/api/theirs"), "");
    await chown(device.path("/var/lib/pawl/kitchen/api/theirs"), 1000, 1000);
    expect((await device.setUp()).steps).toBe(3);
    expect(await device.ownerOf("/var/lib/pawl/kitchen/api")).toBe("pawl:pawl 755");
    expect(await device.ownerOf("/var/lib/pawl/.api")).toBe("pawl:pawl 755");
    expect(await device.ownerOf("/etc/pawl/pawl.yaml")).toBe("root:root 644");
    expect(await device.ownerOf("/var/lib/pawl/kitchen/api/theirs")).toBe("1000:1000 644");
  });

  test("what Pawl wrote as root before becomes the user's, and what only pretends to be of it doesn't", async () => {
    const api = device.path("/var/lib/pawl/kitchen/api");
    await mkdir(`${api}/log`, { recursive: true });
    await mkdir(device.path("/var/lib/pawl/kitchen/apply"));
    await writeFile(`${api}/log/one`, "");
    await writeFile(`${api}/state.json`, "");
    await writeFile(device.path("/root/secret"), "");
    await symlink(device.path("/root/secret"), `${api}/link`);
    await mkdir(`${api}/downloads`);
    await chown(`${api}/downloads`, 1000, 1000);
    await symlink(device.path("/root"), `${api}/downloads/root`);
    await writeFile(device.path("/var/lib/pawl/kitchen/apply/installed.json"), "");
    await device.setUp();
    expect(await device.ownerOf("/var/lib/pawl/kitchen/api/log/one")).toBe("pawl:pawl 644");
    expect(await device.ownerOf("/var/lib/pawl/kitchen/api/state.json")).toBe("pawl:pawl 644");
    expect(await device.ownerOf("/var/lib/pawl/kitchen/apply/installed.json")).toBe("root:root 644");
    expect(await device.ownerOf("/root/secret")).toBe("root:root 644");
    expect(await device.ownerOf("/root")).toBe("root:root 755");
  });

  test.each([
    ["another user's", async (path: string) => chown(path, 1000, 1000)],
    ["everybody's to write", async (path: string) => chmod(path, 0o777)],
  ])("an apply folder that is %s is refused with words, and stays as it is", async (_, spoil) => {
    await device.setUp();
    const path = device.path("/var/lib/pawl/kitchen/apply");
    await writeFile(`${path}/installed.json`, "{}");
    await spoil(path);
    const before = await lstat(path);
    expect(await refusal(device.setUp())).toMatch(
      /^not_writable \/var\/lib\/pawl\/kitchen\/apply is not root's alone, .* chown -R 0:0 \/var\/lib\/pawl\/kitchen\/apply/,
    );
    expect((await lstat(path)).ctimeMs).toBe(before.ctimeMs);
  });

  test("a link in the place of a folder is refused, and what it leads to stays as it is", async () => {
    await mkdir(device.path("/var/lib/pawl/kitchen"), { recursive: true });
    await symlink(device.path("/root"), device.path("/var/lib/pawl/kitchen/api"));
    expect(await refusal(device.setUp())).toMatch(/^not_writable \/var\/lib\/pawl\/kitchen\/api must be a folder/);
    expect(await device.ownerOf("/root")).toBe("root:root 755");
  });

  test("a state folder that root has put elsewhere by a link is made good there", async () => {
    await mkdir(device.path("/opt/state"));
    await symlink("../../opt/state", device.path("/var/lib/pawl"));
    await device.setUp();
    expect(await device.ownerOf("/opt/state/kitchen/api")).toBe("pawl:pawl 755");
    expect((await device.setUp()).steps).toBe(0);
  });

  test("a state folder below what others can change is refused before anything is made", async () => {
    await mkdir(device.path("/home/pi"), { recursive: true });
    await chown(device.path("/home/pi"), 1000, 1000);
    await device.hasConfig(`state_dir: /home/pi/pawl\n${CONFIG}`);
    const before = await device.everything();
    expect(await refusal(device.setUp())).toMatch(/^config_invalid Others than root can change \/home\/pi, so/);
    expect(await device.everything()).toEqual(before);
  });

  test("is busy while an update runs, unless there is nothing to do", async () => {
    await device.setUp();
    const { Lock } = await import("../store/lock.ts");
    const dir = device.path("/var/lib/pawl/kitchen/apply/lock");
    const attempt = await Lock.tryAcquire(dir, "update 1", new Date());
    expect((await device.setUp()).steps).toBe(0);
    await device.hasProgram("2");
    expect(await refusal(device.setUp())).toMatch(/^busy An update of kitchen is running\./);
    expect(await refusal(device.remove())).toMatch(/^busy/);
    if ("held" in attempt) await attempt.held[Symbol.asyncDispose]();
    expect((await device.setUp()).steps).toBeGreaterThan(0);
  });

  test("a user of that name who may log in isn't taken for Pawl's", async () => {
    await device.write("/etc/passwd", `${await device.read("/etc/passwd")}pawl:x:1001:1001::/home/pawl:/bin/bash\n`);
    await device.write("/etc/group", `${await device.read("/etc/group")}pawl:x:1001:\n`);
    expect(await refusal(device.setUp())).toMatch(/^not_writable There is a user pawl on this device already/);
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

describe.skipIf(!isRoot)("without systemd or polkit, as root", () => {
  beforeEach(() => device.hasConfig(CONFIG));

  test("sudo is the way to root, and what systemd would do is said line by line", async () => {
    await device.withoutSystemd();
    const { next } = await device.setUp();
    expect(await device.ownerOf("/etc/sudoers.d/pawl")).toBe("root:root 440");
    expect(await device.isThere("/etc/systemd/system/pawl-device.socket")).toBe(false);
    expect(device.systemd.asked).toEqual([]);
    const words = next.join("\n");
    for (const line of [
      "pawl recover ",
      "pawl resume ",
      "pawl device ",
      "*/10 * * * * pawl /usr/local/bin/pawl check --due --spread",
    ])
      expect(words).toContain(line);
    expect((await device.setUp()).steps).toBe(0);
  });

  test("a device that gets polkit later has one way to root and not two", async () => {
    await device.withoutSystemd();
    await device.setUp();
    await mkdir(device.path("/run/systemd/system"), { recursive: true });
    await device.setUp();
    expect(await device.isThere("/etc/sudoers.d/pawl")).toBe(false);
    expect(await device.isThere("/etc/polkit-1/rules.d/50-pawl.rules")).toBe(true);
  });

  test("with neither polkit nor sudo it says what to install, and makes nothing", async () => {
    const { rm } = await import("node:fs/promises");
    await rm(device.path("/etc/polkit-1"), { recursive: true });
    await rm(device.path("/usr/sbin/sudo"));
    const before = await device.everything();
    expect(await refusal(device.setUp())).toMatch(/^requires_unmet .*install polkit .*or sudo/);
    expect(await device.everything()).toEqual(before);
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

describe("who and what may set up", () => {
  test("whoever isn't root is told to be, and sees all the same what would be done", async () => {
    await device.hasConfig(CONFIG);
    const before = await device.everything();
    device.ground.uid = PAWLS_ID;
    expect(await refusal(device.setUp())).toMatch(/^forbidden Only root may do that: put sudo in front/);
    expect((await device.setUp({ dryRun: true })).steps).toBeGreaterThan(10);
    expect(await device.everything()).toEqual(before);
  });

  test("a program that runs from its sources can't be copied", async () => {
    device.ground.self = new URL("../main.ts", import.meta.url).pathname;
    expect(await refusal(device.setUp())).toMatch(/^bad_request .*main\.ts isn't the one file that devices run/);
  });

  test.skipIf(!isRoot).each([
    ["too old", () => device.hasNode("v18.18.9"), "/usr/bin/node is Node 18.18.9, and Pawl needs 18.19 or later"],
    ["anybody's to change", () => device.hasNode("v20.0.0", 0o757), "others than root can change /usr/bin/node"],
    [
      "not there",
      async () => (await import("node:fs/promises")).rm(device.path("/usr/bin/node")),
      "There is no node in",
    ],
    ["of a user's own", () => usersNode(), "others than root can change /home/pi"],
  ])("a Node that is %s is refused with what to install", async (_, spoil, words) => {
    await spoil();
    const said = await refusal(device.setUp());
    expect(said).toMatch(/^requires_unmet /);
    expect(said).toContain(words);
    expect(said).toContain("Install Node 18.19 or later");
  });

  test.skipIf(!isRoot)("a folder of Debian's group staff, in which nobody is, is as good as root's", async () => {
    await chown(device.path("/usr/bin"), 0, 50);
    await chmod(device.path("/usr/bin"), 0o2775);
    await device.setUp();
    await device.write("/etc/group", (await device.read("/etc/group")).replace("staff:x:50:", "staff:x:50:pi"));
    expect(await refusal(device.setUp())).toContain("others than root can change /usr/bin");
  });
});

async function usersNode(): Promise<void> {
  await mkdir(device.path("/home/pi"), { recursive: true });
  await device.write("/home/pi/node", "#!/bin/sh\necho v20.0.0\n", 0o755);
  await chown(device.path("/home/pi"), 1000, 1000);
  await symlink("/home/pi/node", device.path("/usr/local/bin/node"));
}
