import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Refusal, SpoiltDevice } from "./bad-input/spoilt.ts";

// Steps that can't be taken, each provoked on a real device: whatever it was, the device is as it was before.

let device: SpoiltDevice;

beforeAll(async () => {
  device = await SpoiltDevice.create();
});
afterEach(() => device.mend());
afterAll(() => device?.[Symbol.asyncDispose]());

test.each<[string, Refusal, string[]]>([
  [
    "an app that isn't there",
    { says: "There is no app attic", exit: 2, code: "unknown_app" },
    ["check", "--app", "attic"],
  ],
  [
    "going back without a backup",
    { says: "no earlier release on this device", exit: 5, code: "no_backup" },
    ["rollback"],
  ],
  [
    "going back to what isn't kept",
    { says: "no earlier release is kept", exit: 5, code: "no_backup" },
    ["rollback", "0.8.0"],
  ],
  ["cancelling nothing", { says: "nothing to cancel", exit: 2, code: "bad_request" }, ["cancel"]],
  ["skipping what can't be a version", { says: "a b", exit: 2, code: "bad_request" }, ["skip", "a b"]],
  ["a channel that can't be one", { says: "a b", exit: 2, code: "bad_request" }, ["channel", "a b"]],
  [
    "a channel the source hasn't",
    { says: "The source has no channel attic.", exit: 1, code: "not_found" },
    ["channel", "attic"],
  ],
  ["a time that is none", { says: "25:00", exit: 2, code: "bad_request" }, ["auto", "--time", "25:00"]],
])("bad input: %s is refused with its code", async (_, refusal, args) => {
  await device.refused(args, refusal);
});

test.each<[string, object, RegExp | string]>([
  ["a processor this device hasn't", { arch: ["z80"] }, "a processor of the kind z80"],
  ["a newer Node", { node: ">=99" }, /Node >=99 \(this device has \d+/],
  ["a newer Pawl", { pawl: ">=99" }, /Pawl >=99/],
  ["another system", { os: ["plan9"] }, "plan9"],
  ["more memory", { memory_mb: 100_000_000 }, "100000000 MiB of memory (this device has"],
])("bad input: a release that requires %s isn't for this device, §3 requires_unmet", async (_, requires, says) => {
  device.manifest((manifest) => ({ ...manifest, requires }));
  await device.refused(["install"], { says, exit: 1, code: "requires_unmet" });
  expect(device.appliance.host.requestsTo("/1.1.0/kitchen-1.1.0.tar.gz")).toEqual([]);
});

test("bad input: a release that can't be installed over what is in place, §3 requires_unmet", async () => {
  device.manifest((manifest) => ({ ...manifest, min_from: "1.0.5" }));
  const says = /can only be installed over 1\.0\.5 or later, and this device has 1\.0\.0\. Install 1\.0\.5 first/;
  await device.refused(["install"], { says, exit: 1, code: "requires_unmet" });
});

test.each<[string, unknown, string]>([
  ["commands, which this device doesn't allow", ["echo hello > /tmp/pawl-was-here"], "allow_commands"],
  ["a hook that isn't there", [{ run: "migrate" }], "migrate"],
])(
  "bad input: a release that wants %s is refused before anything changes, §3 requires_unmet",
  async (_, steps, says) => {
    device.manifest((manifest) => ({ ...manifest, post_install: steps }));
    await device.refused(["install"], { says, exit: 1, code: "requires_unmet" });
  },
);

test("bad input: a disk that can't be written safely, §3 unpack_failed", async () => {
  const programs = device.dir.join("programs");
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, "sync"), "#!/bin/sh\necho sync: error syncing: Input/output error >&2\nexit 1\n");
  chmodSync(join(programs, "sync"), 0o755);
  const pawl = device.withEnv({ PATH: `${programs}:${process.env.PATH}` });
  const says = /could not be written safely to the disk\. Check the disk for errors and try again\./;
  const answer = await device.refused(["install"], { says, exit: 1, code: "unpack_failed" }, pawl);
  expect(answer.failure).toMatchObject({ phase: "staging", detail: expect.stringContaining("Input/output error") });
});

test("bad input: a file of the owner's whose name nobody can read, §3 backup_failed", async () => {
  const before = device.snapshot();
  const strange = Buffer.concat([Buffer.from(`${device.appliance.home}/current/notes-`), Buffer.from([0xff, 0xfe])]);
  writeFileSync(strange, "mine\n");
  const ended = await device.appliance.pawl.run("install", "--json");
  expect(ended.code).toBe(1);
  const message = expect.stringMatching(/has a name that isn't UTF-8\. Rename it and try again\.$/);
  const failure = { code: "backup_failed", phase: "backing_up", message };
  expect(JSON.parse(ended.stdout)).toMatchObject({ result: "failed", failure });
  expect(readFileSync(strange, "utf8")).toBe("mine\n");
  rmSync(strange);
  expect(device.snapshot()).toEqual(before);
});

test("bad input: something in the way of the switch undoes the update, §3 switch_failed", async () => {
  const inTheWay = join(device.appliance.home, ".current.pawl-link");
  mkdirSync(join(inTheWay, "somebody's"), { recursive: true });
  try {
    const before = device.snapshotAsItServes();
    const ended = await device.appliance.pawl.run("install");
    expect(ended, ended.stdout).toMatchObject({ code: 3 });
    expect(ended.stdout).toMatch(/✗ The new release could not be put in place\. Everything is as it was before\./);
    const [last] = JSON.parse((await device.appliance.pawl.run("history", "--json")).stdout).updates;
    const failure = { code: "switch_failed", phase: "activating", version: "1.1.0", back_on: "1.0.0" };
    expect(last).toMatchObject({ result: "undone", failure });
    expect(device.snapshotAsItServes()).toEqual(before);
    expect((await device.status()).refused_versions).toEqual([]);
  } finally {
    rmSync(inTheWay, { recursive: true });
  }
});

test.runIf(process.geteuid?.() === 0)(
  "bad input: root refuses a folder that others can write in, §3 helper_missing",
  async () => {
    const folder = join(device.appliance.stateDir, "kitchen/apply");
    chmodSync(folder, 0o777);
    try {
      const says = /The part of Pawl that may change this device could not do its work\./;
      const { failure } = await device.refused(["install"], { says, exit: 1, code: "helper_missing" });
      expect(failure.detail).toContain(`chmod -R go-w ${folder}`);
    } finally {
      chmodSync(folder, 0o755);
    }
  },
);

test("bad input: a service that can't be started takes the device back, §3 restart_failed", async () => {
  const broken = '      - command: { start: ["/nope/start"], stop: ["true"] }\n    health:';
  await device.appliance.changeConfig((text) => text.replace("    health:", broken));
  const ended = await device.appliance.pawl.run("install", "--json");
  const outcome = JSON.parse(ended.stdout);
  // The earlier release has the same services: it serves, but can't be called well.
  expect([ended.code, outcome.result]).not.toEqual([0, "success"]);
  expect(JSON.stringify(outcome.failure)).toContain("/nope/start");
  expect(await device.appliance.runningVersion()).toBe("1.0.0");
});
