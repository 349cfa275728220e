import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { EMPTY_FETCH } from "./empty-records.ts";
import { readHistory } from "./history.ts";
import { peekRecord } from "./record.ts";
import { NO_SETTINGS, peekSettings } from "./settings.ts";

test("whoever only looks isn't held up by a FIFO where a state file should be", async () => {
  await using dir = await TempDir.create();
  for (const name of ["state.json", "settings.json", "history.jsonl"]) spawnSync("mkfifo", [dir.join(name)]);
  expect(await peekRecord(dir.join("state.json"), EMPTY_FETCH)).toEqual(EMPTY_FETCH);
  expect(await peekSettings(dir.join("settings.json"))).toEqual(NO_SETTINGS);
  expect(await readHistory([dir.join("history.jsonl")])).toEqual([]);
});

test("nor by a folder there", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("state.json"));
  expect(await peekRecord(dir.join("state.json"), EMPTY_FETCH)).toEqual(EMPTY_FETCH);
});
