import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "@pawl/device/compose";
import { loadConfig } from "@pawl/device/config";
import { startDetached } from "@pawl/device/detached";
import type { Manifest } from "@pawl/protocol";
import { Appliance, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundled } from "../packages/device/testing/bundled.ts";
import { DEVICE_FILE } from "./nodes.ts";

let programs: TempDir;
let killingApplier: string;
let dir: TempDir;
let appliance: Appliance;
let nextVersion = 1;

beforeAll(async () => {
  programs = await TempDir.create();
  killingApplier = await bundled(new URL("./killing-applier.ts", import.meta.url), programs.path);
  dir = await TempDir.create();
  appliance = await Appliance.create({
    dir: dir.path,
    pawl: [process.execPath, DEVICE_FILE],
    within: "3s",
    steady: "500ms",
  });
  await appliance.publish("1.0.0");
  expect(await appliance.pawl.run("install")).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
  await programs?.[Symbol.asyncDispose]();
});

const KILLS = ["staging", "backing-up", "switching", "restarting", "testing"].flatMap((state) =>
  ["entered", "done"].map((moment) => ({ state, moment })),
);

test.each(KILLS)(
  "§2 $state: the applier is killed in $state ($moment) and started again",
  async ({ state, moment }) => {
    const version = `1.${nextVersion++}.0`;
    await appliance.publish(version);
    const before = currentVersion();
    const { outcome, seen } = await installWithKill(version, state, moment);
    expect(seen).toHaveLength(1);
    expect([before, version]).toContain(seen[0]);
    if (state === "switching") {
      expect(outcome).toMatchObject({
        result: "undone",
        resumed: true,
        failure: { code: "power_lost", back_on: before },
      });
      expect(await appliance.runningVersion()).toBe(before);
    } else {
      expect(outcome).toMatchObject({ result: "success", resumed: true, failure: null });
      expect(await appliance.runningVersion()).toBe(version);
    }
    expect(wholeRelease()).toBe(currentVersion());
  },
  60_000,
);

test.each(["entered", "done"])(
  "the applier is killed while it goes back (%s) and started again",
  async (moment) => {
    const version = `1.${nextVersion++}.0`;
    await appliance.publish(version, { answers: "0.0.1" });
    const before = currentVersion();
    const { outcome, seen } = await installWithKill(version, "rolling-back", moment);
    expect(seen).toHaveLength(1);
    expect([before, version]).toContain(seen[0]);
    expect(outcome).toMatchObject({
      result: "rolled_back",
      resumed: true,
      failure: { code: "health_failed", back_on: before },
    });
    expect(wholeRelease()).toBe(before);
    expect(await appliance.runningVersion()).toBe(before);
  },
  60_000,
);

test("§2 testing: a release that is interrupted in its test three times is gone back from and refused", async () => {
  const version = `1.${nextVersion++}.0`;
  await appliance.publish(version);
  const before = currentVersion();
  const { outcome } = await installWithKill(version, "testing", "entered", 3);
  expect(outcome).toMatchObject({ result: "rolled_back", failure: { code: "power_lost", back_on: before } });
  const status = JSON.parse((await appliance.pawl.run("status", "--json")).stdout);
  expect(status.refused_versions).toContain(version);
  expect(await appliance.runningVersion()).toBe(before);
});

test.each(["entered", "done"])(
  "the applier is killed while it makes do with a first release that doesn't work (%s) and started again",
  async (moment) => {
    await using freshDir = await TempDir.create();
    await using fresh = await Appliance.create({
      dir: freshDir.path,
      pawl: [process.execPath, DEVICE_FILE],
      within: "1s",
      steady: "500ms",
    });
    await fresh.publish("1.0.0", { answers: "0.0.1" });
    const { outcome, seen } = await installWithKill("1.0.0", "making-do", moment, 1, fresh);
    expect(seen).toEqual(["1.0.0"]);
    expect(outcome).toMatchObject({ result: "failed", resumed: true, failure: { code: "health_failed" } });
    // There is nothing to go back to: it stays, whole, and its service is left started.
    expect(wholeRelease(fresh)).toBe("1.0.0");
    expect(await fresh.runningVersion()).toBe("0.0.1");
  },
  60_000,
);

/** Installs a version whose applier kills itself the first `times` times; notes what is in place each time it is dead. */
async function installWithKill(version: string, state: string, moment: string, times = 1, on = appliance) {
  const seen: string[] = [];
  let starts = 0;
  const config = await loadConfig({ path: on.configPath, env: {} });
  const app = await createApp({
    config,
    name: "kitchen",
    startApplier: (name, { id }, outputPath) => {
      const kill = starts++ < times ? [state, moment] : [];
      const argv: [string, ...string[]] = [process.execPath, killingApplier, on.configPath, name, id, ...kill];
      const applying = startDetached(argv, { outputPath, env: process.env });
      let isDead = false;
      return {
        ended: () => {
          const end = applying.ended();
          if (end && kill.length > 0 && !isDead) seen.push(wholeRelease(on));
          isDead = end !== null;
          return end;
        },
      };
    },
    onFault: (error) => {
      throw error;
    },
    shutdown: new AbortController().signal,
  });
  await app.install({ force: false, version });
  await app.settled();
  // The fourth start, after three deaths in a row, is that of the next command or boot.
  if ((await app.status()).state === "installing") {
    await on.pawl.run("resume");
  }
  const [outcome] = await app.history();
  return { outcome, seen };
}

function currentVersion(): string {
  return JSON.parse(readFileSync(join(appliance.home, "current", "manifest.json"), "utf8")).version;
}

/** The version whose files are in place, every one of them with its right hash; fails when they are of two releases. */
function wholeRelease(on = appliance): string {
  const current = join(on.home, "current");
  const manifest: Manifest = JSON.parse(readFileSync(join(current, "manifest.json"), "utf8"));
  for (const entry of manifest.files) {
    const path = join(current, entry.path);
    if ("link" in entry) expect(readlinkSync(path)).toBe(entry.link);
    else expect(createHash("sha256").update(readFileSync(path)).digest("hex"), entry.path).toBe(entry.sha256);
  }
  const listed = new Set(manifest.files.map(({ path }) => path.split("/")[0]));
  for (const name of readdirSync(current)) {
    if (listed.has(name) || name === "manifest.json") continue;
    expect(lstatSync(join(current, name)).isSymbolicLink(), `${name} is neither the release's nor shared`).toBe(true);
  }
  return manifest.version;
}
