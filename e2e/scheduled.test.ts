import { readFile, writeFile } from "node:fs/promises";
import type { Status } from "@pawl/protocol";
import { Appliance, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import { DEVICE_FILE } from "./nodes.ts";

let dir: TempDir;
let appliance: Appliance;

beforeEach(async () => {
  dir = await TempDir.create();
  appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], steady: "300ms" });
  await appliance.publish("1.0.0");
  expect((await appliance.pawl.run("install")).code).toBe(0);
  await appliance.publish("1.1.0");
});

afterEach(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

/** What the timer's service runs each night. */
async function night(): Promise<void> {
  const { code, stderr } = await appliance.pawl.run("check", "--unattended");
  expect([code, stderr]).toEqual([0, ""]);
}

async function status(): Promise<Status> {
  return JSON.parse((await appliance.pawl.run("status", "--json")).stdout);
}

async function choose(url: string, ask: object): Promise<void> {
  const response = await fetch(`${url}/api/update/auto`, { method: "POST", body: JSON.stringify(ask) });
  expect(response.status).toBe(200);
}

test("B21: the nightly run does what was chosen over the API: nothing, a check, or an install too", async () => {
  await using daemon = await startDaemon(appliance);
  const asked = () => appliance.host.requestsTo("/index.json").length;
  const before = asked();
  await choose(daemon.url, { enabled: false });
  await night();
  expect(asked()).toBe(before);
  await choose(daemon.url, { enabled: true });
  await night();
  expect(asked()).toBe(before + 1);
  expect(await status()).toMatchObject({ latest_version: "1.1.0", has_update: true, current_version: "1.0.0" });
  await choose(daemon.url, { enabled: true, install: true });
  await night();
  expect(await status()).toMatchObject({ current_version: "1.1.0", last_result: "success" });
});

test("B21: nobody has to look: what the night found and did is told, each once", async () => {
  const told = dir.join("told");
  const program = dir.join("tell");
  await writeFile(program, `#!/bin/sh\ncat >> ${told}\necho >> ${told}\n`, { mode: 0o755 });
  const notify = `notify: [{ on: [available, updated], command: [${program}] }]`;
  await appliance.changeConfig((text) => text.replace(/^( +)source:/m, `$1${notify}\n$1source:`));
  await night();
  await night();
  await using daemon = await startDaemon(appliance);
  await choose(daemon.url, { enabled: true, install: true });
  await night();
  const events = (await readFile(told, "utf8"))
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line))
    .filter(({ version }) => version === "1.1.0")
    .map(({ event }) => event);
  expect(events).toEqual(["available", "updated"]);
});

test("what the owner went back from doesn't come again by itself, and comes when it is asked for", async () => {
  expect((await appliance.pawl.run("install")).code).toBe(0);
  expect((await appliance.pawl.run("rollback")).code).toBe(0);
  expect((await appliance.pawl.run("auto", "on", "--install")).code).toBe(0);
  await night();
  expect(await status()).toMatchObject({ current_version: "1.0.0", latest_version: "1.1.0", has_update: true });
  expect((await appliance.pawl.run("install")).code).toBe(0);
  expect(await status()).toMatchObject({ current_version: "1.1.0" });
});

test("a command doesn't take another device's daemon for its own, though it listens where this one would", async () => {
  await using other = await TempDir.create();
  const stranger = { dir: other.path, pawl: [process.execPath, DEVICE_FILE] as const, apiPort: appliance.apiPort };
  await using theirs = await Appliance.create({ ...stranger, steady: "300ms" });
  await using _daemon = await startDaemon(theirs);
  expect((await appliance.pawl.run("install")).code).toBe(0);
  expect(await status()).toMatchObject({ current_version: "1.1.0" });
  expect(JSON.parse((await theirs.pawl.run("status", "--json")).stdout)).toMatchObject({ current_version: null });
});
