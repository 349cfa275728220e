import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BareDevice, CONFIG, refusal } from "./bare-device.ts";

const isRoot = process.geteuid?.() === 0;

const KETTLE = `apps:
  kettle:
    source: { git: { url: "https://git.example.org/me/kettle.git" } }
    install: { pip: { distribution: kettle, home: /opt/kettle } }
    services: [kettle]
`;

let device: BareDevice;

beforeEach(async () => {
  device = await BareDevice.create();
  await device.hasConfig(KETTLE);
});
afterEach(async () => {
  await device[Symbol.asyncDispose]();
});

describe.skipIf(!isRoot)("setup helper, as root", () => {
  test("makes what reaches root's side, and ends its work at boot, and nothing that starts by itself otherwise", async () => {
    const { summary, next } = await device.setUp({ helperOnly: true });
    expect(summary).toBe("Root's side is set up.");
    const owners = {
      "/usr/local/bin/pawl": "root:root 755",
      "/usr/local/sbin/pawl-apply": "root:root link",
      "/etc/pawl/pawl.yaml": "root:root 644",
      "/var/lib/pawl": "root:root 755",
      "/var/lib/pawl/.api": "pawl:pawl 755",
      "/var/lib/pawl/kettle/api": "pawl:pawl 755",
      "/var/lib/pawl/kettle/apply": "root:root 755",
      "/etc/systemd/system/pawl-apply@.service": "root:root 644",
      "/etc/polkit-1/rules.d/50-pawl.rules": "root:root 644",
    };
    for (const [path, owner] of Object.entries(owners))
      expect([path, await device.ownerOf(path)]).toEqual([path, owner]);
    for (const name of ["pawl-device.socket", "pawl-device.service", "pawl-check.timer", "pawl-check.timer.d"])
      expect(await device.isThere(`/etc/systemd/system/${name}`)).toBe(false);
    expect([...device.systemd.enabled].sort()).toEqual(["pawl-recover.service", "pawl-resume.service"]);
    expect(device.systemd.active.size).toBe(0);
    expect(next.join("\n")).toContain("ExecStart=/opt/kettle/current/bin/<program>");
    expect(await device.isThere("/opt/kettle")).toBe(false);
  });

  test("all of it is part of the whole: nothing is left to do, and the whole adds to it", async () => {
    const dry = await device.setUp({ helperOnly: true, dryRun: true });
    expect((await device.setUp({ helperOnly: true })).said).toEqual(dry.said);
    expect((await device.setUp({ helperOnly: true })).summary).toBe("Nothing to do: all is as it should be.");
    const { said } = await device.setUp();
    expect(said).toContain("enable and start pawl-check.timer");
    expect(said.filter((words) => dry.said.includes(words))).toEqual(["have systemd read its units again"]);
    expect((await device.setUp({ helperOnly: true })).steps).toBe(0);
    expect(device.systemd.active).toContain("pawl-device.socket");
  });

  test("without systemd it is one line of sudoers, for the helper alone", async () => {
    await device.withoutSystemd();
    const { next } = await device.setUp({ helperOnly: true });
    expect(await device.ownerOf("/etc/sudoers.d/pawl")).toBe("root:root 440");
    expect(await device.read("/etc/sudoers.d/pawl")).toMatch(
      /^pawl ALL=\(root\) NOPASSWD: \/usr\/local\/sbin\/pawl-apply$/m,
    );
    expect(device.systemd.asked).toEqual([]);
    expect(next.join("\n")).toContain("pawl recover ");
    expect(next.join("\n")).not.toContain("check --due");
  });

  test("is taken back alone where it is alone, and refused where the whole device needs it", async () => {
    await device.setUp({ helperOnly: true });
    const { summary } = await device.remove({ helperOnly: true });
    expect(summary).toBe("Pawl is gone from this device.");
    expect(await device.isThere("/usr/local/sbin/pawl-apply")).toBe(false);
    expect(device.systemd.enabled.size).toBe(0);
    await device.setUp();
    expect(await refusal(device.remove({ helperOnly: true }))).toMatch(/^bad_request .*sudo pawl setup --remove$/);
  });

  test("an unedited device gets the sample first, and is told how to go on", async () => {
    await using other = await BareDevice.create();
    const { next } = await other.setUp({ helperOnly: true });
    expect(await other.isThere("/etc/pawl/pawl.yaml")).toBe(true);
    expect(next).toContain("Then run this again: sudo pawl setup helper");
    await other.hasConfig(CONFIG);
    expect((await other.setUp({ helperOnly: true })).next.join("\n")).not.toContain("ExecStart");
  });
});
