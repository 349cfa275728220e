import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_SETTINGS, peekSettings } from "../store/settings.ts";
import { AppBench } from "../testing/app-bench.ts";

let bench: AppBench;
let channelFile: string;

beforeEach(async () => {
  bench = await AppBench.create();
  bench.device.publish("0.5.0", { channel: "lab" });
  channelFile = join(bench.device.paths.api.dir, "..", "earlier", ".update_channel");
  await mkdir(dirname(channelFile), { recursive: true });
  bench.device.channelFile = channelFile;
  bench.app = await bench.device.app();
});
afterEach(async () => {
  await bench.app.settled();
  expect(bench.device.faults).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const settingsPath = () => bench.device.paths.api.settings;

test("B12 what an earlier updater's file says is the owner's choice, for every reader, from the next look on", async () => {
  expect(await bench.app.status()).toMatchObject({ channel: "stable" });
  await writeFile(channelFile, "lab\n");
  expect(await bench.app.status()).toMatchObject({ channel: "lab" });
  expect(await bench.app.choices.settings()).toMatchObject({ channel: "lab", own: ["channel"] });
  await bench.checked();
  expect(await bench.app.status()).toMatchObject({ latest_version: "0.5.0", direction: "down" });

  // What was found in the channel before says nothing about this one.
  await writeFile(channelFile, "stable");
  expect(await bench.app.status()).toMatchObject({ channel: "stable", latest_version: null, has_update: false });
  await writeFile(channelFile, "../../lab");
  expect(await bench.app.choices.settings()).toMatchObject({ channel: "stable", own: [] });
});

test("B12 a choice is in the file before it counts, and nowhere else", async () => {
  await bench.app.choices.setChannel({ channel: "lab", force: false });
  expect(await readFile(channelFile, "utf8")).toBe("lab\n");
  expect(JSON.parse(await readFile(settingsPath(), "utf8"))).toMatchObject({ channel: null });
  expect(await peekSettings(settingsPath(), channelFile)).toEqual({ ...NO_SETTINGS, channel: "lab" });
  await bench.app.choices.skip({ version: "9.9.9", skip: true });
  expect(await readFile(channelFile, "utf8")).toBe("lab\n");
  await bench.app.choices.changeSettings({ channel: null });
  expect(await readFile(channelFile, "utf8")).toBe("");
  expect(await bench.app.choices.settings()).toMatchObject({ channel: "stable", own: [] });
});

test("B12 a channel that the source doesn't have, or that can't be written, changes nothing", async () => {
  await writeFile(channelFile, "lab\n");
  await expect(bench.app.choices.setChannel({ channel: "nowhere", force: false })).rejects.toMatchObject({
    code: "not_found",
  });
  await chmod(channelFile, 0o444);
  bench.device.channelFile = join(channelFile, "below-a-file");
  const broken = await bench.device.app();
  await expect(broken.choices.setChannel({ channel: "lab", force: true })).rejects.toMatchObject({
    code: "not_writable",
    fields: { path: join(channelFile, "below-a-file") },
  });
  expect(await broken.status()).toMatchObject({ channel: "stable" });
  expect(await bench.app.status()).toMatchObject({ channel: "lab" });
});
