import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HastyClock } from "../testing/device-fixture.ts";
import { NightlyFile } from "./nightly.ts";

let dir: TempDir;
let clock: HastyClock;
let file: NightlyFile;

beforeEach(async () => {
  dir = await TempDir.create();
  clock = new HastyClock("2026-03-01T04:20:00Z");
  file = new NightlyFile({ path: dir.join("nightly.json"), lockDir: dir.join("nightly.lock"), clock });
});
afterEach(() => dir[Symbol.asyncDispose]());

test("a run is noted with its time, and read by any process", async () => {
  expect(await file.lastRun()).toBeNull();
  await file.note();
  expect(JSON.parse(await readFile(dir.join("nightly.json"), "utf8"))).toEqual({ ran_at: "2026-03-01T04:20:00.000Z" });
  expect(await file.lastRun()).toEqual(clock.now());
});

test("a run that another process has noted meanwhile isn't due any more", async () => {
  await file.note();
  const noted = clock.now();
  clock.pass(1000);
  expect(await file.claim((lastRun) => lastRun === null)).toBe(false);
  expect(await file.lastRun()).toEqual(noted);
  expect(await file.claim((lastRun) => lastRun?.getTime() === noted.getTime())).toBe(true);
  expect(await file.lastRun()).toEqual(clock.now());
});

test.each(["", "{", "null", '"2026-03-01"', '{"ran_at": "yesterday"}', '{"ran_at": 5}', "{}"])(
  "a note that can't be read counts as none, and the next one mends it: %s",
  async (text) => {
    await writeFile(dir.join("nightly.json"), text);
    expect(await file.lastRun()).toBeNull();
    await file.note();
    expect(await file.lastRun()).toEqual(clock.now());
  },
);

test("what a power cut left half written beside it hinders nobody", async () => {
  await writeFile(dir.join("nightly.json.tmp"), '{"ran');
  await file.note();
  expect(await file.lastRun()).toEqual(clock.now());
});

test("of many processes that would begin the same run exactly one may", async () => {
  const url = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  const script = `
    import { NightlyFile } from ${url("./nightly.ts")};
    import { systemClock as clock } from ${url("../system/clock.ts")};
    const file = new NightlyFile({ path: ${JSON.stringify(dir.join("nightly.json"))}, lockDir: ${JSON.stringify(dir.join("nightly.lock"))}, clock });
    console.log(await file.claim((lastRun) => lastRun === null));
  `;
  const argv = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
  const said = await Promise.all(Array.from({ length: 6 }, () => promisify(execFile)(process.execPath, argv)));
  expect(said.map(({ stdout }) => stdout.trim()).sort()).toEqual(["false", "false", "false", "false", "false", "true"]);
});
