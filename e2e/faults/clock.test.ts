import { writeFileSync } from "node:fs";
import type { PawlCommand } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Device, until } from "./device.ts";

// What the machine's own clock can't be made to do to one process: the wall clock of every process of Pawl's is as many
// milliseconds off as a file says, at any moment. The monotonic clock is the machine's.

const YEAR_MS = 365 * 24 * 3_600_000;

let device: Device;
let pawl: PawlCommand;

beforeAll(async () => {
  // Long enough for this process to see each state, on any machine.
  device = await Device.create({ within: "30s", steady: "1s" });
  writeFileSync(device.dir.join("jumping-clock.cjs"), JUMPING_CLOCK);
  pawl = device.withEnv({
    NODE_OPTIONS: `--require ${device.dir.join("jumping-clock.cjs")}`,
    CLOCK_OFF_BY: device.dir.join("off-by"),
  });
});
afterEach(() => jump(0));
afterAll(() => device?.[Symbol.asyncDispose]());

test("a clock that is a year back before the update: nothing is begun, and the device says which date it believes", async () => {
  const before = device.wholeRelease();
  const version = await device.publishNext();
  jump(-YEAR_MS);
  expect(await pawl.run("install")).toMatchObject({ code: 1 });
  const says = /^This device believes it is \d{4}-\d\d-\d\d \d\d:\d\d UTC.*Set its date and time/;
  await device.assertEnd(version, { code: "clock_wrong", result: "failed", says }, before);
  jump(0);
  await device.updatesTo(version);
});

test.each([
  ["forward by a year", "the health check", YEAR_MS, "testing"],
  ["back by a year", "the health check", -YEAR_MS, "testing"],
  ["back by a year", "the restart", -YEAR_MS, "restarting"],
])("a clock that jumps %s during %s: deadlines are monotonic, the release is installed", async (_, __, ms, when) => {
  const version = await device.publishNext();
  const install = pawl.run("install");
  await until(() => device.rootsStatus() === when);
  jump(ms);
  const { code, stdout, stderr } = await install;
  expect(code, stdout + stderr).toBe(0);
  await device.assertSuccess(version);
  jump(0);
  await device.updatesAgain();
});

test("a clock that goes back by a year while the release is downloaded: it is refused before anything changes", async () => {
  const before = device.wholeRelease();
  const version = await device.publishNext({ ballastBytes: 2_000_000 });
  device.appliance.host.bytesPerSecond = 1_000_000;
  const install = pawl.run("install");
  await until(() => device.appliance.host.requests.some(({ path }) => path.startsWith(`/${version}/kitchen`)));
  jump(-YEAR_MS);
  expect(await install).toMatchObject({ code: 1 });
  device.appliance.host.bytesPerSecond = undefined;
  const says = "Set its date and time";
  await device.assertEnd(version, { code: "clock_wrong", result: "failed", says }, before);
  jump(0);
  await device.updatesTo(version);
});

function jump(ms: number): void {
  writeFileSync(device.dir.join("off-by"), String(ms));
}

const JUMPING_CLOCK = `
const { readFileSync } = require("node:fs");
const Real = Date;
const now = () => {
  let off = 0;
  try { off = Number(readFileSync(process.env.CLOCK_OFF_BY, "utf8")) || 0; } catch {}
  return Real.now() + off;
};
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length > 0) super(...given); else super(now()); }
  static now() { return now(); }
};
`;
