import { chmod, chown, link, lstat, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BareDevice, CONFIG, refusal } from "./bare-device.ts";

const isRoot = process.geteuid?.() === 0;

let device: BareDevice;

beforeEach(async () => {
  device = await BareDevice.create();
});
afterEach(async () => {
  await device[Symbol.asyncDispose]();
});

describe.skipIf(!isRoot)("what is there already when a device is set up, as root", () => {
  beforeEach(() => device.hasConfig(CONFIG));

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
    await writeFile(`${api}/downloads/laid`, "");
    await link(device.path("/root/secret"), `${api}/other-name`);
    await writeFile(device.path("/var/lib/pawl/kitchen/apply/installed.json"), "");
    await device.setUp();
    expect(await device.ownerOf("/var/lib/pawl/kitchen/api/log/one")).toBe("pawl:pawl 644");
    expect(await device.ownerOf("/var/lib/pawl/kitchen/api/state.json")).toBe("pawl:pawl 644");
    expect(await device.ownerOf("/var/lib/pawl/kitchen/apply/installed.json")).toBe("root:root 644");
    expect(await device.ownerOf("/var/lib/pawl/kitchen/api/downloads/laid")).toBe("root:root 644");
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

  test("it is refused where others decide what the link leads to, or it leads nowhere, before anything is made", async () => {
    await mkdir(device.path("/opt/state"));
    await symlink("../../opt/state", device.path("/var/lib/pawl"));
    await chown(device.path("/opt"), 1000, 1000);
    const before = await device.everything();
    expect(await refusal(device.setUp())).toMatch(
      /^config_invalid Others than root can change \/opt, so \/var\/lib\/pawl/,
    );
    expect(await device.everything()).toEqual(before);
    await chown(device.path("/opt"), 0, 0);
    await rm(device.path("/opt/state"), { recursive: true });
    expect(await refusal(device.setUp())).toMatch(
      /^not_writable \/var\/lib\/pawl is a link to a folder that isn't there/,
    );
    expect(await device.read("/etc/passwd")).not.toContain("pawl");
    expect((await device.remove()).steps).toBe(0);
  });

  test("it goes in a removal with the folder it leads to, once nothing is in there", async () => {
    await mkdir(device.path("/opt/state"));
    await symlink("../../opt/state", device.path("/var/lib/pawl"));
    await device.setUp();
    await device.remove();
    for (const path of ["/opt/state", "/var/lib/pawl"]) expect(await device.isThere(path), path).toBe(false);
    expect(await device.read("/etc/passwd")).not.toContain("pawl");
  });

  test("a state folder below what others can change is refused before anything is made", async () => {
    await mkdir(device.path("/home/pi"), { recursive: true });
    await chown(device.path("/home/pi"), 1000, 1000);
    await device.hasConfig(`state_dir: /home/pi/pawl\n${CONFIG}`);
    const before = await device.everything();
    expect(await refusal(device.setUp())).toMatch(/^config_invalid Others than root can change \/home\/pi, so/);
    expect(await device.everything()).toEqual(before);
  });

  test("a user of that name who may log in isn't taken for Pawl's", async () => {
    await device.write("/etc/passwd", `${await device.read("/etc/passwd")}pawl:x:1001:1001::/home/pawl:/bin/bash\n`);
    await device.write("/etc/group", `${await device.read("/etc/group")}pawl:x:1001:\n`);
    expect(await refusal(device.setUp())).toMatch(/^not_writable There is a user pawl on this device already/);
  });
});
