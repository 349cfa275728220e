import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unitsOf } from "./index.ts";
import type { UnitFacts } from "./types.ts";

const hasAnalyze = existsSync("/usr/bin/systemd-analyze") || process.env.CI === "true";

const config = Config.parse({
  listen: "[::]:7320",
  state_dir: "/srv/100% ours",
  apps: {
    kitchen: {
      source: { http: { url: "https://releases.example.org" } },
      install: { bundle: { home: "/opt/kitchen sink", map: { "web/": "/var/www/kitchen/" } } },
      services: ["kitchen-api", { unit: "kitchen.socket" }, { reload: "nginx", optional: true }, "worker@1"],
    },
    cellar: {
      source: { directory: { path: "/media/usb" } },
      install: { bundle: { home: "/opt/cellar", layout: "copy", backup_dir: "/var/backups/cellar" } },
      services: [{ service: "cellar" }, { command: { start: ["start"], stop: ["stop"] } }],
    },
  },
});

const ways: UnitFacts["way"][] = ["polkit", "sudo"];
const units = ways.flatMap((way) => unitsOf({ config, way }).map((unit) => ({ ...unit, way })));
const unix = unitsOf({ config: { ...config, listen: "unix:/run/pawl/api.sock" }, way: "polkit" });

/** One that is there in the place of ours, which isn't. */
const runnable = (text: string) => text.replaceAll(/\/usr\/local\/s?bin\/pawl(-apply)?/g, "/bin/true");

let dir: TempDir;

beforeAll(async () => {
  dir = await TempDir.create();
});
afterAll(async () => {
  await dir?.[Symbol.asyncDispose]();
});

function textOf(name: string, way: UnitFacts["way"] = "polkit"): string {
  return units.find((unit) => unit.name === name && unit.way === way)?.text ?? "";
}

describe.skipIf(!hasAnalyze)("systemd-analyze", () => {
  test.each(ways)("verifies every unit without a word, with %s as the way to root", async (way) => {
    const own = units.filter((unit) => unit.way === way);
    for (const { name, text } of own) await writeFile(dir.join(name), runnable(text));
    const paths = own.map(({ name }) => dir.join(name));
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...paths], {
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("verifies a socket in the file system", async () => {
    for (const { name, text } of unix) await writeFile(dir.join(name), runnable(text));
    const socket = dir.join("pawl-device.socket");
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", socket], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(unix.map(({ text }) => text).join("")).toMatch(/SocketMode=0660\nSocketGroup=pawl\n/);
  });

  test("would complain about a unit that it doesn't understand", async () => {
    await writeFile(dir.join("odd.service"), "[Service]\nExecStart=/bin/true\nTpe=exec\n");
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", dir.join("odd.service")], {
      encoding: "utf8",
    });
    expect(stderr).toContain("Unknown key 'Tpe'");
  });

  // An update writes anywhere, restarts services and runs the owner's hooks; what a service started as a command lives on with can't be
  // taken from it here. So little is left to harden (units/apply.ts).
  test.each([
    ["pawl-device.service", "polkit", 2.5],
    ["pawl-check.service", "polkit", 2.5],
    ["pawl-recover.service", "polkit", 2.5],
    ["pawl-apply@.service", "polkit", 9],
    ["pawl-resume.service", "polkit", 9],
    // Whatever would imply NoNewPrivileges has to stay out for sudo.
    ["pawl-device.service", "sudo", 9],
    ["pawl-check.service", "sudo", 9],
  ] as const)("gives %s, with %s, an exposure of at most %d", async (name, way, most) => {
    // It can't look at a template.
    const path = dir.join(`of-${way}-${name.replace("@", "")}`);
    await writeFile(path, textOf(name, way));
    const { stdout } = spawnSync("systemd-analyze", ["security", "--offline=yes", path], { encoding: "utf8" });
    const score = Number(/Overall exposure level for .*: ([\d.]+)/.exec(stdout)?.[1]);
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThanOrEqual(most);
  });
});

test("what Node can't live with is left out of every unit, and a filter answers instead of killing", () => {
  for (const { name, text } of units) {
    expect(text, name).not.toMatch(/^MemoryDenyWriteExecute=/m);
    if (text.includes("SystemCallFilter=")) expect(text, name).toContain("SystemCallErrorNumber=EPERM\n");
  }
});

test("where sudo is the way, the unprivileged units have nothing that keeps sudo from working", () => {
  // systemd.exec(5): each of these implies NoNewPrivileges for a service with User=, or takes what sudo needs.
  const implying =
    /^(NoNewPrivileges|PrivateDevices|ProtectKernel\w+|ProtectClock|ProtectHostname|LockPersonality|RestrictNamespaces|RestrictRealtime|RestrictSUIDSGID|RestrictAddressFamilies|SystemCall\w+|MemoryDeny\w+|DynamicUser|CapabilityBoundingSet)=/m;
  for (const name of ["pawl-device.service", "pawl-check.service"]) {
    expect(textOf(name, "sudo")).not.toMatch(implying);
    expect(textOf(name, "polkit")).toMatch(implying);
  }
});

test("the unprivileged side may write its own folders only, and sees whether root's processes live", () => {
  const text = textOf("pawl-device.service");
  expect(text).toContain("ProtectSystem=strict\n");
  expect(text).toContain(
    'ReadWritePaths=-"/srv/100%% ours/.api" -"/srv/100%% ours/kitchen/api" -"/srv/100%% ours/cellar/api"\n',
  );
  const { kitchen, cellar } = config.apps;
  const apps = {
    kitchen,
    cellar: { ...cellar, channel_file: "/var/lib/the cellar/.update_channel" },
  } as Config["apps"];
  const earlier = unitsOf({ config: { ...config, apps }, way: "polkit" });
  expect(earlier.find(({ name }) => name === "pawl-device.service")?.text).toContain(' -"/var/lib/the cellar"\n');
  for (const { text } of units) {
    // Each of them hides processes, or mounts another /proc, with another boot id in a container (systemd 252).
    expect(text).not.toMatch(
      /^(ProtectProc|ProcSubset|ProtectKernelTunables|ProtectControlGroups|MountAPIVFS|RootDirectory)=/m,
    );
  }
});

test("the disk is settled before the apps' units and once everything is mounted; resume comes after them", () => {
  const recover = textOf("pawl-recover.service");
  const named = "kitchen-api.service kitchen.socket nginx.service worker@1.service";
  expect(recover).toContain(`Before=basic.target shutdown.target ${named}\n`);
  expect(recover).toContain('RequiresMountsFor="/srv/100%% ours"\n');
  expect(recover).toMatch(/^After=local-fs.target .* opt-kitchen\\x20sink.mount .*var-backups-cellar.mount/m);
  expect(textOf("pawl-apply@.service")).toContain(`After=pawl-recover.service ${named}\n`);
  expect(recover).toContain("DefaultDependencies=no\n");
  expect(recover).toContain('ExecStart=/usr/local/bin/pawl recover --state-dir "/srv/100%% ours"\n');
  expect(textOf("pawl-resume.service")).toMatch(
    new RegExp(`^After=multi-user.target network-online.target .*${named}$`, "m"),
  );
});

test("a boot has the time that pip takes to put back what was replaced, and never waits for ever", () => {
  const recoverOf = (pip: object) => {
    const kettle = { source: { git: { url: "https://git.example.org/kettle.git" } }, install: { pip } };
    const branches = Config.parse({ listen: "[::]:7320", state_dir: "/srv", apps: { kettle } });
    return unitsOf({ config: branches, way: "polkit" }).find(({ name }) => name === "pawl-recover.service")?.text;
  };
  expect(recoverOf({ distribution: "kettle", home: "/opt/kettle" })).toContain("TimeoutStartSec=30s\n");
  const inPlace = recoverOf({ distribution: "kettle", mode: "in-place", python: "/mnt/ssd/venv/bin/python" });
  expect(inPlace).toContain("TimeoutStartSec=10min\n");
  expect(inPlace).toMatch(/^After=.* mnt-ssd-venv.mount/m);
});

test("the end of an update's unit is not the end of what it has started", () => {
  expect(textOf("pawl-apply@.service")).toContain("KillMode=process\n");
  expect(textOf("pawl-resume.service")).toContain("KillMode=process\n");
});

test("orders that come to nothing leave nothing in systemd's memory", () => {
  expect(textOf("pawl-apply@.service")).toContain("CollectMode=inactive-or-failed\n");
});
