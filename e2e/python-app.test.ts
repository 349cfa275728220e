import { whyNoPython } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KettleDevice } from "./python-app/kettle-device.ts";

// What a dashboard does with an app that follows a branch, call by call; python-app-cli.test.ts has the same by commands.

const whyNot = whyNoPython();

describe.skipIf(whyNot)(`a Python app follows a branch, by API${whyNot ? ` (${whyNot})` : ""}`, () => {
  let device: KettleDevice;
  let whistle: string;

  beforeAll(async () => {
    device = await KettleDevice.create();
    await device.startDaemon();
  });
  afterAll(() => device?.[Symbol.asyncDispose]());

  test("the first install, of the branch as it is, without a check before", async () => {
    const { lines, done } = await device.watched("install");
    expect(done, lines.join("\n")).toMatchObject({ state: "complete", error: null });
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.0", note: "The first kettle" });
    const { body } = await device.call("GET", "status");
    expect(body).toMatchObject({
      current_version: "1.0.0",
      current_commit: device.appliance.first,
      channel: "main",
      has_update: false,
    });
    expect((await device.call("POST", "install")).status).toBe(409);
  });

  test("branches are its channels; another one is followed, and what is new there is its commits", async () => {
    const { appliance } = device;
    await appliance.push("dev", { message: "Boil faster\n\nTwice as fast." });
    whistle = await appliance.push("dev", { message: "Whistle" });
    const channels = await device.call("GET", "channels");
    expect(channels.body).toMatchObject({ channels: ["main", "dev"], current_channel: "main" });
    expect(await device.call("POST", "set_channel", { channel: "kitchen" })).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    expect(await device.call("POST", "set_channel", { channel: "dev" })).toMatchObject({ status: 200 });

    expect(await device.checked()).toMatchObject({
      channel: "dev",
      latest_version: "1.0.1.dev2",
      has_update: true,
      direction: "up",
      release: { version: "1.0.1.dev2", commit: whistle, title: "Whistle" },
    });
    const { body } = await device.call("GET", "changelog");
    expect(body).toMatchObject({ channel: "dev", installed: "1.0.0", latest: "1.0.1.dev2" });
    expect(body.commits).toMatchObject([
      { sha: whistle, short_sha: whistle.slice(0, 7), title: "Whistle", author: "Kim Kettle" },
      { title: "Boil faster", body: "Twice as fast." },
    ]);
    expect((await device.call("GET", "changelog?channel=main")).body.commits).toEqual([]);
  });

  test("install: pip's lines as they come, the restart, and the version that proves it", async () => {
    const before = await device.appliance.running();
    const { lines, done } = await device.watched("install");
    expect(done, lines.join("\n")).toMatchObject({ state: "complete", error: null });
    const told = [
      "[Kettle updater] Starting update…",
      "Installing from channel 'dev'…",
      `Target: kettle 1.0.1.dev2 (${whistle.slice(0, 7)})`,
      "Successfully built kettle",
      "Successfully installed kettle-1.0.1.dev2",
      "Restarting service in 2 seconds…",
      "✓ Upgraded to 1.0.1.dev2 on channel 'dev'",
    ];
    expect(lines.filter((line) => told.includes(line))).toEqual(told);
    expect([lines[0], lines.at(-1)]).toEqual([told[0], told.at(-1)]);

    const now = await device.appliance.running();
    expect(now).toMatchObject({ version: "1.0.1.dev2", note: "Whistle" });
    expect(now?.pid).not.toBe(before?.pid);
    const { body } = await device.call("GET", "status");
    expect(body).toMatchObject({ current_commit: whistle, backup_version: "1.0.0", can_roll_back: true });
    expect((await device.call("GET", "changelog")).body).toMatchObject({ installed: "1.0.1.dev2", commits: [] });
  });

  test("a commit that starts and dies is gone back from, and isn't offered again; the one after it is", async () => {
    const broken = await device.appliance.push("dev", { message: "Boil dry", diesAfterMs: 1_500 });
    // Longer than that kettle lives.
    await device.appliance.changeConfig((text) => text.replace(/steady: \w+/, "steady: 3s"));
    expect(await device.checked()).toMatchObject({ latest_version: "1.0.1.dev3", has_update: true });
    const { lines, done } = await device.watched("install");
    await device.appliance.changeConfig((text) => text.replace(/steady: \w+/, "steady: 300ms"));
    expect(done, lines.join("\n")).toMatchObject({ state: "error" });
    expect(lines.at(-1)).toMatch(/^✗ 1\.0\.1\.dev3 .*Pawl went back to 1\.0\.1\.dev2\.$/);
    expect(await device.appliance.running()).toMatchObject({ version: "1.0.1.dev2", note: "Whistle" });
    expect(await device.checked()).toMatchObject({
      current_version: "1.0.1.dev2",
      current_commit: whistle,
      has_update: false,
      refused_versions: ["1.0.1.dev3"],
      failure: { code: "health_failed", back_on: "1.0.1.dev2" },
      release: { commit: broken },
    });
    const refused = await device.call("POST", "install");
    expect(refused).toMatchObject({ status: 409, body: { code: "up_to_date" } });
    const { updates } = (await device.call("GET", "history")).body as { updates: object[] };
    expect(updates[0]).toMatchObject({ to: "1.0.1.dev3", result: "rolled_back", channel: "dev" });

    await device.appliance.push("dev", { message: "Boil dry no more" });
    expect(await device.checked()).toMatchObject({ latest_version: "1.0.1.dev4", has_update: true });
  });
});
