import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Outcome } from "@pawl/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { SpoiltDevice } from "./bad-input/spoilt.ts";

// Devices that are full, read-only, lost in time, or whose files somebody has damaged.

let device: SpoiltDevice;

beforeAll(async () => {
  device = await SpoiltDevice.create();
});
afterEach(() => device.mend());
afterAll(() => device?.[Symbol.asyncDispose]());

const mayMount = process.geteuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;

test("bad input: a disk too small for the release is told in numbers, §3 disk_full", async () => {
  device.manifest((manifest) => ({ ...manifest, bundle: { ...manifest.bundle, unpacked_size: 1e15 } }));
  const says =
    /GB are missing on \S+ \(needs 1,000,000\.\d GB, has [\d,.]+ [MG]B\)\.\nFree .*Then `pawl install 1\.1\.0`/;
  const { failure } = await device.refused(["install"], { says, exit: 1, code: "disk_full" });
  expect(failure).toMatchObject({ phase: "downloading", version: "1.1.0", path: expect.stringMatching(/^\//) });
  expect(failure.needed_bytes).toBeGreaterThan(1e15);
  expect(failure.free_bytes).toBeGreaterThan(0);
  expect(device.appliance.host.requestsTo("/1.1.0/kitchen-1.1.0.tar.gz")).toEqual([]);
});

test.runIf(mayMount)("bad input: where the target can't be written nothing is begun, §3 not_writable", async () => {
  const { home } = device.appliance;
  mount("--bind", home, home);
  try {
    mount("-o", "remount,bind,ro", home);
    const says = new RegExp(
      `has to write to ${home} and can't: the file system is mounted read-only\\. Make it writable`,
    );
    const { failure } = await device.refused(["install"], { says, exit: 1, code: "not_writable" });
    expect(failure).toMatchObject({ path: home, phase: "staging" });
  } finally {
    spawnSync("umount", ["-l", home]);
  }
});

test("bad input: a version file that can't be written is found out before anything changes, §3 not_writable", async () => {
  const config = readFileSync(device.appliance.configPath, "utf8");
  const path = `${device.appliance.configPath}/version`;
  writeFileSync(device.appliance.configPath, config.replace(/version_file: .*/, `version_file: ${path}`));
  const says = `The version file ${path} can't be written. Make its folder writable, or correct version_file in pawl.yaml.`;
  await device.refused(["install"], { says, exit: 1, code: "not_writable" });
});

test("bad input: with the clock in 1970 nothing is installed, §3 clock_wrong", async () => {
  const preload = device.dir.join("in-1970.cjs");
  writeFileSync(preload, IN_1970);
  const says = /This device believes it is 1970-01-01 00:\d\d UTC\. Set its date and time \(timedatectl shows them\)/;
  const pawl = device.withEnv({ NODE_OPTIONS: `--require ${preload}` });
  await device.refused(["install"], { says, exit: 1, code: "clock_wrong" }, pawl);
  // What a later, right clock makes of a check that seems to be of 1970.
  expect(await device.appliance.pawl.run("check")).toMatchObject({ code: 0 });
  expect(Date.parse((await device.status()).last_checked)).toBeGreaterThan(Date.parse("2026-01-01T00:00:00Z"));
});

const CONFIGS: [what: string, from: RegExp, to: string, says: RegExp | string][] = [
  [
    "a misspelt key",
    /^ {4}services:/m,
    "    sevices:",
    /pawl\.yaml:\d+:5: unknown key "sevices" in apps\.kitchen; did you mean "services"\?/,
  ],
  [
    "a misspelt key deeper down",
    /keep:/,
    "kep:",
    /:\d+:9: unknown key "kep" in apps\.kitchen\.install\.bundle; did you mean "keep"\?/,
  ],
  ["two kinds of source", /source: \{/, "source: { directory: { path: /x }, ", "source must have one of"],
  ["a length of time without its unit", /within: \w+/, "within: 20", "within"],
  ["a file that isn't YAML", /^apps:/m, "apps: [", /pawl\.yaml:\d+:\d+: /],
];

test.each(CONFIGS)("bad input: a pawl.yaml with %s, §3 config_invalid", async (_, from, to, says) => {
  await device.appliance.changeConfig((text) => text.replace(from, to));
  for (const command of ["install", "check", "status", "config check"]) {
    const before = device.snapshot();
    const ended = await device.appliance.pawl.run(...command.split(" "));
    expect([ended.code, command]).toEqual([2, command]);
    expect(ended.stderr + ended.stdout).toMatch(says);
    expect(device.snapshot()).toEqual(before);
  }
  await device.refused(["rollback"], { says, exit: 2, code: "config_invalid" });
});

describe("bad input: damaged files of Pawl's own", () => {
  const DAMAGE = { "half written": (text: string) => text.slice(0, text.length / 2), garbage: () => "\0\0\0\0" };
  const CASES = Object.keys(DAMAGE) as (keyof typeof DAMAGE)[];

  test.each(CASES)("api/state.json %s is kept aside, and known anew from the device, §3 state_damaged", async (how) => {
    const path = device.dir.join("state/kitchen/api/state.json");
    const damaged = DAMAGE[how](readFileSync(path, "utf8"));
    writeFileSync(path, damaged);
    expect(await device.status()).toMatchObject({ current_version: "1.0.0", state: "idle" });
    const ended = await device.appliance.pawl.run("check", "--json");
    expect(ended.code).toBe(1);
    const error = `A state file could not be read. It was kept as ${path}.damaged; what is installed is known from the device itself.`;
    expect(JSON.parse(ended.stdout)).toMatchObject({
      success: false,
      code: "state_damaged",
      error,
      path: `${path}.damaged`,
    });
    expect(readFileSync(`${path}.damaged`, "utf8")).toBe(damaged);
    expect(await device.appliance.pawl.run("check")).toMatchObject({ code: 0 });
    expect(await device.status()).toMatchObject({
      current_version: "1.0.0",
      latest_version: "1.1.0",
      has_update: true,
    });
  });

  test.each([...CASES, "gone"] as const)("apply/ %s: what is installed is read from the device", async (how) => {
    const files = ["state.json", "installed.json"].map((name) => device.dir.join("state/kitchen/apply", name));
    const before = files.map((path) => readFileSync(path, "utf8"));
    for (const [at, path] of files.entries()) writeFileSync(path, how === "gone" ? "" : DAMAGE[how](before[at] ?? ""));
    expect(await device.status()).toMatchObject({
      current_version: "1.0.0",
      state: expect.not.stringMatching("installing"),
    });
    expect(await device.appliance.pawl.run("resume")).toMatchObject({ code: 0 });
    expect(readdirSync(dirname(files[0] ?? ""))).toContain("installed.json");
    expect(await device.appliance.runningVersion()).toBe("1.0.0");
    for (const [at, path] of files.entries()) writeFileSync(path, before[at] ?? "");
  });
});

test("bad input: a release whose health check never answers is gone back from, §3 health_failed", async () => {
  const { host, configPath } = device.appliance;
  writeFileSync(device.dir.join("host", "health"), "fine");
  const config = readFileSync(configPath, "utf8");
  const probe = `http: "${host.url}/health", within: 1s`;
  writeFileSync(configPath, config.replace(/http: "[^"]*\/version", version_at: version, within: \w+/, probe));
  // As often as the new release is looked at; the old one answers again.
  host.fault("/health", { kind: "hang" }, 2);
  const before = device.snapshotAsItServes();
  const ended = await device.appliance.pawl.run("install");
  expect(ended, ended.stdout).toMatchObject({ code: 3 });
  expect(ended.stdout).toMatch(
    /✗ 1\.1\.0 was started but doesn't work: .*\/health gave no answer .*Pawl went back to 1\.0\.0\./,
  );
  expect((await history())[0]).toMatchObject({
    result: "rolled_back",
    failure: { code: "health_failed", version: "1.1.0", back_on: "1.0.0", phase: "health_check" },
  });
  expect(device.snapshotAsItServes()).toEqual(before);
  expect(await device.appliance.runningVersion()).toBe("1.0.0");
  expect(await device.status()).toMatchObject({ refused_versions: ["1.1.0"], has_update: false, state: "error" });
});

test("bad input: of 50 updaters at once exactly one updates, the others say who is at it, §3 busy", async () => {
  const before = (await history()).length;
  const all = await Promise.all(
    Array.from({ length: 50 }, () => device.appliance.pawl.run("install", "1.1.0", "--json")),
  );
  expect(all.filter(({ code }) => code === 0)).toHaveLength(1);
  for (const { code, stdout } of all.filter((one) => one.code !== 0)) {
    const answer = JSON.parse(stdout);
    // Who came when it was over is told that there is nothing to do.
    expect([4, 5]).toContain(code);
    expect(answer).toMatchObject({ success: false, code: code === 4 ? "busy" : "up_to_date" });
    expect(answer.error).toMatch(
      /^(An update is already in progress: .+, begun \d+ s ago\.|Already up to date \(1\.1\.0\))/,
    );
  }
  expect(await history()).toHaveLength(before + 1);
  expect(await device.appliance.runningVersion()).toBe("1.1.0");
});

async function history(): Promise<Outcome[]> {
  return JSON.parse((await device.appliance.pawl.run("history", "--json")).stdout).updates;
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

/** Every process it is loaded into began when time did. */
const IN_1970 = `
const Real = Date;
const began = Real.now();
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length > 0) super(...given); else super(Real.now() - began); }
  static now() { return Real.now() - began; }
};
`;
