import { readFile } from "node:fs/promises";
import { Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { App } from "../app.ts";
import { type AppOptions, createApp } from "../compose.ts";
import { appPaths } from "../store/paths.ts";

let dir: TempDir;
let asked: string[];
let warnings: string[];

beforeEach(async () => {
  dir = await TempDir.create();
  asked = [];
  warnings = [];
  process.on("warning", warned);
});
afterEach(async () => {
  process.off("warning", warned);
  await dir[Symbol.asyncDispose]();
});

const warned = ({ message }: Error) => void warnings.push(message);

function configOf(): Config {
  const app = {
    source: { directory: { path: dir.join("media") } },
    install: { bundle: { home: dir.join("home") } },
    auto: { time: "04:20" },
    window: "02:00-05:00",
  };
  return Config.parse({ state_dir: dir.join("state"), apps: { kitchen: app } });
}

/** Root's side: what it was asked for is noted, and it ends with this code. */
const rescheduleWith = (code: number, words: string) => (outputPath: string) => {
  asked.push(outputPath);
  return { ended: () => ({ code, words }) };
};

async function anApp(reschedule: AppOptions["reschedule"] = rescheduleWith(0, "")): Promise<App> {
  return createApp({
    config: configOf(),
    name: "kitchen",
    startApplier: () => ({ ended: () => ({ code: 1, words: "" }) }),
    reschedule,
    onFault: (error) => {
      throw error;
    },
    shutdown: new AbortController().signal,
  });
}

const paths = () => appPaths(dir.join("state"), "kitchen").api;
const lastRun = async () => JSON.parse(await readFile(paths().nightly, "utf8")).ran_at;

test.each([
  ["another time", { auto: { time: "03:30" } }],
  ["another window", { window: "01:00-02:00" }],
  ["no window", { window: "" as const }],
  ["no daily check", { auto: { check: false } }],
])("%s: the timer is set anew", async (_, changes) => {
  const { choices } = await anApp();
  await choices.changeSettings(changes);
  expect(asked).toEqual([`${paths().dir}/schedule.out`]);
  await choices.changeSettings({ auto: { check: null, time: null }, window: null });
  expect(asked).toHaveLength(2);
});

test.each([
  ["what is chosen already", { auto: { time: "04:20", check: true }, window: "02:00-05:00" }],
  ["whether it installs", { auto: { install: true } }],
  ["nothing", {}],
])("%s: the timer is left alone", async (_, changes) => {
  const { choices } = await anApp();
  await choices.changeSettings(changes);
  await choices.skip({ version: "1.2.0", skip: true });
  expect(asked).toEqual([]);
});

test("a time that has passed today isn't taken for one that was missed", async () => {
  const { choices } = await anApp();
  const before = new Date().toISOString();
  await choices.auto({ enabled: true, time: "00:00" });
  expect((await lastRun()) >= before).toBe(true);
});

test("a new window doesn't take away today's check", async () => {
  const { choices } = await anApp();
  await choices.changeSettings({ window: "01:00-02:00" });
  await expect(lastRun()).rejects.toThrow("ENOENT");
});

test("when the timer can't be set, the choice holds, the answer is as ever, and the log says what to do", async () => {
  const { choices } = await anApp(rescheduleWith(1, "Interactive authentication required."));
  expect(await choices.auto({ enabled: true, time: "03:30" })).toMatchObject({ time: "03:30" });
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings.join()).toMatch(/pawl setup.*Interactive authentication required/);
});

test("where there is no timer to set nobody hears of it", async () => {
  const { choices } = await anApp(() => null);
  expect(await choices.auto({ enabled: true, time: "03:30" })).toMatchObject({ time: "03:30" });
  const without = await anApp(undefined);
  expect(await without.choices.auto({ enabled: true, time: "03:40" })).toMatchObject({ time: "03:40" });
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
