import { mkdir, readdir } from "node:fs/promises";
import { TempDir, TestClock } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anOutcome, anUpdate } from "../update/update-fixture.ts";
import { readHistory, recordOutcome } from "./history.ts";
import { appPaths } from "./paths.ts";
import { Reporters } from "./reporters.ts";
import { readLog } from "./update-log.ts";

let dir: TempDir;
let paths: ReturnType<typeof appPaths>;
const clock = new TestClock();
const update = anUpdate();

beforeEach(async () => {
  dir = await TempDir.create();
  paths = appPaths(dir.path, "kitchen");
  for (const log of [paths.api.log, paths.apply.log]) await mkdir(log, { recursive: true });
});
afterEach(() => dir[Symbol.asyncDispose]());

function reporters(side: "api" | "apply"): Reporters {
  const logs = [paths.api.log, paths.apply.log] as const;
  return new Reporters({ logs, own: paths[side], clock, show: () => undefined, title: "Kitchen" });
}

function lines(): string[] {
  return readLog([paths.api.log, paths.apply.log], update.id).map(({ event }) =>
    event.type === "line" ? event.line : event.type,
  );
}

test("the first line of all is written once, whoever comes first", () => {
  reporters("api").of(update).line("asking");
  reporters("api").of(update).line("asking again");
  reporters("apply").of(update).line("staging");
  expect(lines()).toEqual(["[Kitchen updater] Starting update…", "asking", "asking again", "staging"]);
});

test("a side's end is written once into its log and its history", async () => {
  reporters("api").of(update);
  for (let times = 0; times < 3; times++) await reporters("apply").end(anOutcome());
  expect(lines().filter((line) => line === "done")).toHaveLength(1);
  expect(await readHistory([paths.apply.history])).toHaveLength(1);
});

test("an end of which the power left the history but not the last words is said", async () => {
  reporters("apply").of(update);
  await recordOutcome(paths.apply.history, anOutcome());
  await reporters("apply").end(anOutcome());
  expect(lines().at(-1)).toBe("done");
});

test("an update whose log is lost still has its last words", async () => {
  await reporters("apply").end(anOutcome());
  expect(lines().at(-1)).toBe("done");
});

test("the log of an update long past isn't begun again", async () => {
  await recordOutcome(paths.api.history, anOutcome());
  await reporters("api").end(anOutcome());
  expect(await readdir(paths.api.log)).toEqual([]);
});
