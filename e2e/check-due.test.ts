import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Status } from "@pawl/protocol";
import { Appliance, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import { DEVICE_FILE } from "./nodes.ts";

const HOUR = 3_600_000;

/** The daily check comes in half a day, whenever the test runs. */
const AUTO = () => `auto: { time: "${clockIn(12)}" }`;

let dir: TempDir;
let appliance: Appliance;

let setBack: () => Promise<void>;

beforeAll(async () => {
  dir = await TempDir.create();
  const pawl = [process.execPath, DEVICE_FILE] as const;
  appliance = await Appliance.create({ dir: dir.path, pawl, steady: "300ms", extra: `    ${AUTO()}\n` });
  await appliance.publish("1.0.0");
  expect((await appliance.pawl.run("install")).code).toBe(0);
  await appliance.publish("1.1.0");
  setBack = await appliance.keep();
});

beforeEach(() => setBack());

afterAll(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

const due = (...more: string[]) => appliance.pawl.run("check", "--due", ...more);
const asked = () => appliance.host.requestsTo("/index.json").length;
const stampPath = (app = "kitchen") => join(appliance.stateDir, app, "api", "nightly.json");
const lastRun = async (app?: string) => new Date(JSON.parse(await readFile(stampPath(app), "utf8")).ran_at);

/** As if the last run had been that long ago. */
async function ranAgo(hours: number, app?: string): Promise<void> {
  await writeFile(stampPath(app), JSON.stringify({ ran_at: new Date(Date.now() - hours * HOUR).toISOString() }));
}

async function status(): Promise<Status> {
  return JSON.parse((await appliance.pawl.run("status", "--json")).stdout);
}

/** `HH:MM`, that many hours from now. */
function clockIn(hours: number): string {
  const at = new Date(Date.now() + hours * HOUR);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

/** Where the host has the newest release's bundle. */
async function bundlePath(): Promise<string> {
  const index = (await (await fetch(`${appliance.host.url}/index.json`)).json()) as {
    releases: { version: string; bundle: string }[];
  };
  return `/${index.releases.find(({ version }) => version === "1.1.0")?.bundle}`;
}

/** Another app on the same device, whose releases come from elsewhere. */
async function withSecondApp(source: string): Promise<void> {
  await appliance.changeConfig(
    (text) =>
      `${text}  hall:\n    source: ${source}\n    install: { bundle: { home: ${dir.join("hall")} } }\n    ${AUTO()}\n`,
  );
}

test("a device that was just set up waits for the first time that comes, and then checks once", async () => {
  const before = asked();
  expect(await due()).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(asked()).toBe(before);
  const first = await lastRun();
  expect(Math.abs(Date.now() - first.getTime())).toBeLessThan(60_000);
  await due();
  expect(await lastRun()).toEqual(first);
  await ranAgo(25);
  expect(await due()).toEqual({ code: 0, stdout: "kitchen: Checked: 1.1.0 is available.\n", stderr: "" });
  expect(await due()).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(asked()).toBe(before + 1);
  expect(await status()).toMatchObject({ has_update: true, current_version: "1.0.0" });
});

test("a note from the future, or one that can't be read, makes nobody wait for ever", async () => {
  await due();
  for (const text of [JSON.stringify({ ran_at: "2099-01-01T00:00:00Z" }), "{"]) {
    await writeFile(stampPath(), text);
    expect((await due()).code).toBe(0);
    expect(Math.abs(Date.now() - (await lastRun()).getTime())).toBeLessThan(60_000);
  }
});

test("what was chosen over the API counts: no check, a time of its own, an install too", async () => {
  await due();
  await using daemon = await startDaemon(appliance);
  const choose = (ask: object) =>
    fetch(`${daemon.url}/api/update/auto`, { method: "POST", body: JSON.stringify(ask) }).then(({ status }) => status);
  expect(await choose({ enabled: false })).toBe(200);
  await ranAgo(25);
  expect(await due()).toEqual({ code: 0, stdout: "", stderr: "" });
  // A time that was an hour ago: chosen now, it means tomorrow's.
  expect(await choose({ enabled: true, time: clockIn(-1), install: true })).toBe(200);
  expect(await due()).toEqual({ code: 0, stdout: "", stderr: "" });
  await ranAgo(2);
  expect(await due()).toEqual({ code: 0, stdout: "kitchen: Now on 1.1.0.\n", stderr: "" });
  expect(await status()).toMatchObject({ current_version: "1.1.0", last_result: "success" });
});

test("what waits for its window begins in it, though it is no time for a check", async () => {
  await due();
  const window = `${clockIn(3)}-${clockIn(4)}`;
  expect((await appliance.pawl.run("auto", "on", "--install", "--window", window)).code).toBe(0);
  await ranAgo(25);
  const night = await due();
  expect(night).toMatchObject({ code: 0, stderr: "" });
  expect(night.stdout).toContain(`1.1.0 is downloaded. It will be installed in the maintenance window ${window}`);
  expect(await due()).toEqual({ code: 0, stdout: "", stderr: "" });
  const before = asked();
  expect((await appliance.pawl.run("auto", "--window", `${clockIn(-1)}-${clockIn(1)}`)).code).toBe(0);
  expect(await due()).toEqual({ code: 0, stdout: "kitchen: Now on 1.1.0.\n", stderr: "" });
  expect(asked()).toBe(before);
});

test("one app's trouble doesn't keep the other from its check, and the exit code tells of it", async () => {
  await withSecondApp(`{ directory: { path: ${dir.join("no-such-stick")} } }`);
  await due();
  await ranAgo(25, "hall");
  await ranAgo(25);
  const both = await due();
  expect(both.code).toBe(1);
  expect(both.stdout).toBe("kitchen: Checked: 1.1.0 is available.\n");
  expect(both.stderr).toMatch(/^hall: \S.*\.\n$/);
  // It isn't tried again with every look at the clock.
  expect(await due()).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("only the app that is named has its check; one that isn't there is named", async () => {
  await withSecondApp(`{ directory: { path: ${dir.join("no-such-stick")} } }`);
  await due();
  await ranAgo(25, "hall");
  await ranAgo(25);
  expect(await due("--app", "kitchen")).toMatchObject({ code: 0, stderr: "" });
  expect(await due("--app", "cellar")).toMatchObject({ code: 2, stderr: expect.stringContaining("cellar") });
});

test("for programs it says what each app did", async () => {
  await withSecondApp(`{ directory: { path: ${dir.join("no-such-stick")} } }`);
  await due();
  await ranAgo(25, "hall");
  await ranAgo(25);
  const answer = await due("--json");
  expect(answer).toMatchObject({ code: 1, stderr: "" });
  expect(JSON.parse(answer.stdout)).toMatchObject({
    success: false,
    apps: [
      { app: "kitchen", did: "checked", has_update: true, latest_version: "1.1.0" },
      { app: "hall", did: "failed", code: expect.any(String), error: expect.any(String) },
    ],
  });
  expect(JSON.parse((await due("--json")).stdout)).toEqual({
    success: true,
    apps: [
      { app: "kitchen", did: "nothing" },
      { app: "hall", did: "nothing" },
    ],
  });
});

test("a timer and a cron line at the same moment install once, and neither calls that trouble", async () => {
  expect((await appliance.pawl.run("auto", "on", "--install")).code).toBe(0);
  await ranAgo(25);
  const before = asked();
  const both = await Promise.all([due(), due(), due("--spread")]);
  expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ""],
    [0, ""],
    [0, ""],
  ]);
  expect(both.filter(({ stdout }) => stdout.includes("Now on 1.1.0."))).toHaveLength(1);
  expect(asked()).toBe(before + 1);
  expect(await status()).toMatchObject({ current_version: "1.1.0" });
  const history = JSON.parse((await appliance.pawl.run("history", "--json")).stdout).updates;
  expect(history.filter(({ to }: { to: string }) => to === "1.1.0")).toHaveLength(1);
});

test("an update that goes back says so, and its exit code does", async () => {
  await appliance.publish("1.2.0", { answers: "0.0.1" });
  await appliance.changeConfig((text) => text.replace(/within: \w+/, "within: 1s"));
  expect((await appliance.pawl.run("auto", "on", "--install")).code).toBe(0);
  await ranAgo(25);
  const night = await due();
  expect(night).toMatchObject({ code: 3, stdout: "" });
  expect(night.stderr).toMatch(/^kitchen: .*went back to 1\.0\.0/);
  expect(await appliance.runningVersion()).toBe("1.0.0");
});

test("what a process that died has left is finished, also when it is no time for a check", async () => {
  await due();
  // The manifest is asked for by the check before; the bundle by the update.
  const bundle = await bundlePath();
  appliance.host.fault(bundle, { kind: "slow-loris" });
  const install = appliance.pawl.start("install");
  for (let tries = 0; (await status()).state !== "installing" && tries < 200; tries++) await wait(50);
  install.kill("SIGKILL");
  appliance.host.heal();
  const night = await due();
  expect(night).toMatchObject({ code: 0, stderr: "" });
  expect(night.stdout).toBe("kitchen: Finished an update that was interrupted.\n");
  expect(await status()).toMatchObject({ state: "complete", current_version: "1.1.0" });
});

test("with --spread a device begins later than others by less than the jitter, which may be none", async () => {
  await due();
  await appliance.changeConfig((text) => text.replace(/auto: .*/, `auto: { time: "${clockIn(-1)}", jitter: 0s }`));
  await ranAgo(2);
  expect((await due("--spread")).stdout).toContain("Checked");
  // Its own moment lies somewhere in the next thousand days: by then all of them are later than now.
  await appliance.changeConfig((text) => text.replace("jitter: 0s", "jitter: 1000d"));
  await ranAgo(2);
  expect(await due("--spread")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect((await due()).stdout).toContain("Checked");
});

test("what doesn't go together is said", async () => {
  expect(await due("--force")).toMatchObject({ code: 2, stderr: expect.stringContaining("--force") });
  expect(await due("--unattended")).toMatchObject({ code: 2 });
  expect(await appliance.pawl.run("check", "--spread")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--due"),
  });
});
