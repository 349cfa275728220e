import { chmod, chown, mkdir, rm, symlink } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BareDevice, CONFIG, PAWLS_ID, refusal } from "./bare-device.ts";

const isRoot = process.geteuid?.() === 0;

let device: BareDevice;

beforeEach(async () => {
  device = await BareDevice.create();
});
afterEach(async () => {
  await device[Symbol.asyncDispose]();
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

  test("a polkit that was taken away, and has left its folder, is no way to root any more", async () => {
    await device.setUp();
    await rm(device.path("/usr/lib/polkit-1/polkitd"));
    const { said } = await device.setUp();
    expect(said).toContain("write /etc/sudoers.d/pawl, so that pawl may ask for updates (root, 0440)");
    expect(await device.isThere("/etc/polkit-1/rules.d/50-pawl.rules")).toBe(false);
    await device.setUp();
    await rm(device.path("/usr/sbin/sudo"));
    expect(await refusal(device.setUp())).toMatch(/^requires_unmet .*install polkit/);
  });

  test("with neither polkit nor sudo it says what to install, and makes nothing", async () => {
    await rm(device.path("/etc/polkit-1"), { recursive: true });
    await rm(device.path("/usr/sbin/sudo"));
    const before = await device.everything();
    expect(await refusal(device.setUp())).toMatch(/^requires_unmet .*install polkit .*or sudo/);
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
    ["not there", async () => rm(device.path("/usr/bin/node")), "There is no node in"],
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
