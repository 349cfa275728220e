import { appendFile, readFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { anOutcome } from "../update/update-fixture.ts";
import { readHistory, recordOutcome } from "./history.ts";

const ids = ["mm7k2a0aa-aaaaaa", "mm7k2b000-bbbbbb", "mm7k2c000-cccccc"] as const;

test("an update's end is recorded once, however often it is told", async () => {
  await using dir = await TempDir.create();
  const path = dir.join("history.jsonl");
  expect(await recordOutcome(path, anOutcome())).toBe(true);
  expect(await recordOutcome(path, anOutcome({ result: "failed" }))).toBe(false);
  expect(await readHistory([path])).toEqual([anOutcome()]);
});

test("is read newest first, from both sides, as much as is wanted", async () => {
  await using dir = await TempDir.create();
  const paths = [dir.join("api.jsonl"), dir.join("apply.jsonl"), dir.join("none.jsonl")];
  await recordOutcome(dir.join("api.jsonl"), anOutcome({ id: ids[1] }));
  await recordOutcome(dir.join("apply.jsonl"), anOutcome({ id: ids[2] }));
  await recordOutcome(dir.join("apply.jsonl"), anOutcome({ id: ids[0] }));
  expect((await readHistory(paths)).map(({ id }) => id)).toEqual([ids[2], ids[1], ids[0]]);
  expect((await readHistory(paths, 2)).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  expect(await readHistory(paths, 0)).toEqual([]);
});

test("of an update that one side gave up and the other finished, the other's word counts", async () => {
  await using dir = await TempDir.create();
  const [api, apply] = [dir.join("api.jsonl"), dir.join("apply.jsonl")];
  await recordOutcome(api, anOutcome({ result: "failed" }));
  await recordOutcome(apply, anOutcome({ result: "success" }));
  expect(await readHistory([api, apply])).toEqual([anOutcome({ result: "success" })]);
});

test("half a line from a power cut costs that line alone", async () => {
  await using dir = await TempDir.create();
  const path = dir.join("history.jsonl");
  await recordOutcome(path, anOutcome({ id: ids[0] }));
  await appendFile(path, JSON.stringify(anOutcome({ id: ids[1] })).slice(0, 40));
  await recordOutcome(path, anOutcome({ id: ids[2] }));
  expect((await readHistory([path])).map(({ id }) => id)).toEqual([ids[2], ids[0]]);
  // The end that was cut off is recorded again by whoever finishes that update.
  await recordOutcome(path, anOutcome({ id: ids[1] }));
  expect(await readHistory([path])).toHaveLength(3);
  expect((await readFile(path, "utf8")).endsWith("\n")).toBe(true);
});

test.each(["null", "5", '"text"', "[]", "{}", '{"id": 7}', "\0\0\0"])("passes over a line %j", async (line) => {
  await using dir = await TempDir.create();
  const path = dir.join("history.jsonl");
  await appendFile(path, `${line}\n`);
  await recordOutcome(path, anOutcome());
  expect(await readHistory([path])).toEqual([anOutcome()]);
});
