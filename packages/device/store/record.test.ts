import { readFile, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { peekRecord, RecordFile, type RecordFileOptions } from "./record.ts";

interface Count {
  engine: { status: string };
}

const empty: Count = { engine: { status: "none" } };

function file(dir: TempDir, options: Partial<RecordFileOptions<Count>> = {}): RecordFile<Count> {
  const parse = (value: unknown) => ((value as Count | null)?.engine?.status ? (value as Count) : null);
  return new RecordFile({ path: dir.join("state.json"), empty, parse, ...options });
}

test("begins with the empty record, then holds what was saved last", async () => {
  await using dir = await TempDir.create();
  expect(await file(dir).load()).toBe(empty);
  await file(dir).save({ engine: { status: "one" } });
  await file(dir).save({ engine: { status: "two" } });
  expect(await file(dir).load()).toEqual({ engine: { status: "two" } });
});

test.each(['{"engine": {"sta', "", "null", "[]", '{"engine": 1}', "\0\0\0\0"])(
  "a damaged file (%j) is kept aside and the record begins anew",
  async (text) => {
    await using dir = await TempDir.create();
    await writeFile(dir.join("state.json"), text);
    const keptAs: string[] = [];
    const record = file(dir, { onDamaged: (path) => keptAs.push(path) });
    expect(await record.load()).toBe(empty);
    expect(keptAs).toEqual([dir.join("state.json.damaged")]);
    expect(await readFile(dir.join("state.json.damaged"), "utf8")).toBe(text);
    expect(await record.load()).toBe(empty);
  },
);

test("several who find a damaged file at once all begin anew", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("state.json"), "{");
  const loads = Array.from({ length: 8 }, () => file(dir).load());
  expect(await Promise.all(loads)).toEqual(Array(8).fill(empty));
});

test("fields for other programs stand beside the record, and never in its place", async () => {
  await using dir = await TempDir.create();
  const alongside = async (record: Count) => ({ state: record.engine.status, engine: "theirs" });
  await file(dir, { alongside }).save({ engine: { status: "one" } });
  expect(JSON.parse(await readFile(dir.join("state.json"), "utf8"))).toEqual({
    state: "one",
    engine: { status: "one" },
  });
});

test("a record is saved even when the fields beside it can't be had", async () => {
  await using dir = await TempDir.create();
  const record = file(dir, { alongside: () => Promise.reject(new Error("unreadable")) });
  await record.save({ engine: { status: "one" } });
  expect(await record.load()).toEqual({ engine: { status: "one" } });
});

test("whoever only looks sees the record, or an empty one, and puts nothing aside", async () => {
  await using dir = await TempDir.create();
  const path = dir.join("state.json");
  expect(await peekRecord(path, empty)).toBe(empty);
  await writeFile(path, '{"engine":{"status":"one"}}');
  expect(await peekRecord(path, empty)).toEqual({ engine: { status: "one" } });
  await writeFile(path, "{");
  expect(await peekRecord(path, empty)).toBe(empty);
  expect(await readFile(path, "utf8")).toBe("{");
});
