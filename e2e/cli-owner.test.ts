import { writeFile } from "node:fs/promises";
import type { Outcome, Status } from "@pawl/protocol";
import { Appliance, TempDir } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Daemon, startDaemon } from "./daemon.ts";
import { DEVICE_FILE } from "./nodes.ts";

let dir: TempDir;
let appliance: Appliance;
let setBack: () => Promise<void>;
let daemon: Daemon | null;

beforeAll(async () => {
  dir = await TempDir.create();
  appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], steady: "300ms" });
  await appliance.publish("1.0.0", { notes: "The first one." });
  await pawl("install");
  setBack = await appliance.keep();
});

afterEach(async () => {
  await daemon?.[Symbol.asyncDispose]();
  daemon = null;
});

afterAll(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

// The same tests for both: what a command says must not depend on whether a daemon runs.
describe.each([true, false])("what an owner chooses, with a daemon: %s", (hasDaemon) => {
  beforeEach(async () => {
    await setBack();
    daemon = hasDaemon ? await startDaemon(appliance) : null;
  });

  test("§4 auto, §4 reset: auto: shows, changes and takes back what is done by itself", async () => {
    expect(await pawl("auto")).toMatch(
      /^Kitchen dashboard checks for updates every day at 04:20, next .*\n.* waits until/,
    );
    const changed = await pawl("auto", "on", "--time", "03:30", "--install", "--window", "02:00-05:00");
    expect(changed).toContain("every day at 03:30");
    expect(changed).toContain("installed between 02:00 and 05:00");
    expect(await json("auto", "--no-install")).toEqual({
      success: true,
      auto: { check: true, time: "03:30", install: false, window: "02:00-05:00", next_run: expect.any(String) },
    });
    expect(await pawl("config", "check")).toContain(
      "kitchen: auto.time is 03:30, as chosen on this device; this file says 04:20",
    );
    expect(await pawl("auto", "--window", "any")).toContain("Chosen by you over pawl.yaml: whether to check, the time");
    expect(await json("auto", "off")).toMatchObject({ auto: { check: false, window: null, next_run: null } });
    expect(await pawl("auto", "--reset")).toMatch(/at 04:20, next .*\nWhat it finds waits until you install it\.\n$/);
    expect(await failing(2, "auto", "--time", "4 o'clock")).toContain("--time must be a time of day such as 04:20");
  });

  test("skip: a skipped version isn't offered, and installs by name", async () => {
    await appliance.publish("1.1.0");
    await pawl("check", "--force");
    expect(await pawl("skip")).toBe("No version is skipped.\n");
    expect(await pawl("skip", "1.1.0")).toMatch(/^1\.1\.0 is skipped: it isn't offered/);
    expect(await pawl("skip")).toBe("1.1.0 is skipped.\n");
    expect(await pawl("status")).toContain("1.1.0 is skipped; pawl skip --undo offers it again");
    expect(await failing(5, "install")).toContain("it is skipped on this device");
    expect(await json("skip", "--undo")).toEqual({ success: true, skipped_version: null });
    expect(await pawl("skip", "--undo")).toBe("No version is skipped.\n");
    expect(await pawl("status")).toContain("Update available: 1.1.0");
    await pawl("skip", "1.1.0");
    expect(await pawl("install", "1.1.0")).toContain("Now on 1.1.0.");
    expect(await failing(2, "skip", "no version")).toContain("can't be a version");
  });

  test("§4 channel, §4 reset: channel: lists, follows another one, and goes back to the file's", async () => {
    await appliance.publish("1.1.0", { channel: "beta" });
    await pawl("check", "--force");
    expect(await pawl("channel")).toBe("* stable  (followed)\n  prerelease\n  beta\n");
    expect(await pawl("channel", "beta")).toBe(
      "Kitchen dashboard follows beta from now on. pawl check asks what is there.\n",
    );
    await pawl("check");
    expect(await status()).toMatchObject({ channel: "beta", latest_version: "1.1.0", has_update: true });
    expect(await json("channel")).toEqual({
      success: true,
      channels: ["stable", "prerelease", "beta"],
      current_channel: "beta",
    });
    expect(await failing(1, "channel", "gamma")).toContain("The source has no channel gamma.");
    expect(await failing(2, "channel", "../etc")).toContain("can't be a channel's name");
    expect(await json("channel", "--reset")).toMatchObject({ success: true, channel: "stable" });
    expect(await pawl("channel", "stable")).toBe("Kitchen dashboard follows stable, as before.\n");
  });

  test("channel: when the host is away lists what is known with a warning, and follows by force", async () => {
    await writeFile(`${appliance.stateDir}/kitchen/api/cache/offers.json`, "{}");
    appliance.host.fault("/", { kind: "status", status: 503 });
    const listed = await appliance.pawl.run("channel");
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining("* stable  (followed)") });
    expect(listed.stderr).toContain("These are the channels known so far.");
    expect(await failing(1, "channel", "beta")).toContain("Add --force to follow beta without asking.");
    expect(await pawl("channel", "beta", "--force")).toContain("follows beta from now on");
  });

  test("changelog: what is new, newest first, and what isn't", async () => {
    await pawl("check", "--force");
    expect(await pawl("changelog")).toBe("Nothing new: channel stable has nothing newer than 1.0.0.\n");
    await appliance.publish("1.1.0", { notes: "Pictures.\nOf the kitchen." });
    await appliance.publish("1.2.0", { notes: "Words." });
    await pawl("check", "--force");
    const text = await pawl("changelog");
    expect(text).toMatch(/^1\.2\.0.*\n {4}Words\.\n\n1\.1\.0.*\n {4}Pictures\.\n {4}Of the kitchen\.\n$/);
    const answer = await json("changelog", "--max", "1");
    expect(answer).toMatchObject({ installed: "1.0.0", latest: "1.2.0", commits: [{ sha: "1.2.0" }] });
    expect(await failing(2, "changelog", "--max", "-1")).toContain("whole number");
  });

  test("seen: a failure is shown until its owner has seen it", async () => {
    await appliance.publish("1.1.0", { answers: "0.0.1" });
    await appliance.changeConfig((text) => text.replace(/within: \w+/, "within: 1s"));
    const ended = await appliance.pawl.run("install");
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain("1.1.0 isn't offered again. `pawl log` shows what happened");
    expect(await pawl("status")).toMatch(/Back on 1\.0\.0\n[\s\S]*pawl seen/);
    expect(await pawl("seen")).toBe("The result of the last update isn't shown any longer.\n");
    expect(await status()).toMatchObject({ last_result: null, state: "idle", failure: null });
    expect(await json("seen")).toEqual({ success: true, last_result: null });
    expect(await pawl("seen")).toBe("There is nothing new to see.\n");
  });

  test("an older version is gone back to, in the words of a way back", async () => {
    await appliance.publish("1.1.0");
    expect(await pawl("install")).toMatch(/✓ Upgraded to 1\.1\.0 on channel 'stable'\nNow on 1\.1\.0\.\n$/);
    expect(await pawl("install", "1.0.0")).toMatch(/✓ Went back to 1\.0\.0 on channel 'stable'\nBack on 1\.0\.0\.\n$/);
  });

  test("a check says when its answer was there already", async () => {
    await pawl("check", "--force");
    expect(await pawl("check")).toContain("checked just now; --force asks again");
    expect(await pawl("check", "--force")).toContain("last checked just now");
  });

  test("what went wrong comes with what to do, on a command line", async () => {
    expect(await failing(5, "install")).toBe("pawl: Already up to date (1.0.0). Add --force to install it again.\n");
    appliance.host.fault("/", { kind: "status", status: 503 });
    const offline = await failing(1, "check", "--force");
    expect(offline).toMatch(/Everything keeps working\. Pawl tries again .*; `pawl check --force` tries now\.\n$/);
    expect(await pawl("status")).toContain("The last check failed");
  });
});

async function pawl(...args: string[]): Promise<string> {
  const ended = await appliance.pawl.run(...args);
  expect(ended, `pawl ${args.join(" ")}: ${ended.stdout}${ended.stderr}`).toMatchObject({ code: 0 });
  return ended.stdout;
}

/** What it says on stderr. */
async function failing(code: number, ...args: string[]): Promise<string> {
  const ended = await appliance.pawl.run(...args);
  expect(ended, `pawl ${args.join(" ")}: ${ended.stdout}${ended.stderr}`).toMatchObject({ code });
  return ended.stderr;
}

async function json(...args: string[]): Promise<object> {
  return JSON.parse(await pawl(...args, "--json"));
}

async function status(): Promise<Status & { last?: Outcome }> {
  return JSON.parse(await pawl("status", "--json"));
}
