import { writeFile } from "node:fs/promises";
import { Settings } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { NO_SETTINGS, peekSettings } from "./settings.ts";

const auto = { check: true, time: "03:10", install: null };

test.each<[string, unknown]>([
  ["all of it", { channel: "beta", auto, window: "02:00-05:00", skipped_version: "1.0.0", seen: "mgzv3x1k-a1b2c3" }],
  ["nothing", {}],
  ["some of it", { auto: { time: "23:59" }, window: "" }],
  ["null", null],
  ["a list", []],
  ["no object for auto", { auto: "on" }],
  ["null for auto", { auto: null }],
  ["a list for auto", { auto: [] }],
  ["a number as the time", { auto: { time: 5 } }],
  ["no time of day", { auto: { time: "24:00" } }],
  ["an escape in the time", { auto: { time: "\u001b[2J04:20" } }],
  ["a word for a switch", { auto: { install: "yes" } }],
  ["an escape in the channel", { channel: "beta\u001b[31m" }],
  ["a channel that leads elsewhere", { channel: "a/../b" }],
  ["a window that is none", { window: "02:00" }],
  ["an object as the window", { window: {} }],
  ["a line's end after the window", { window: "02:00-05:00\n" }],
  ["a version with a slash", { skipped_version: "1/0" }],
  ["a commit that is none", { skipped_version: "1.0.0", skipped_commit: "main" }],
  ["a malformed id", { seen: "../x" }],
])("who only looks takes of %s what the schema takes", async (_, value) => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("settings.json"), JSON.stringify(value));
  const parsed = Settings.safeParse(value);
  expect(await peekSettings(dir.join("settings.json"))).toEqual(parsed.success ? parsed.data : NO_SETTINGS);
});
