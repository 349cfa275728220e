import { appendFile, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import type { UpdateEvent } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { logPath, newestLogged, pruneLogs, readLog, UpdateLog } from "./update-log.ts";

const id = "mm7k2a0aa-aaaaaa";
const at = new Date("2026-03-01T12:00:00Z");
const line = (text: string): UpdateEvent => ({ type: "line", line: text, level: "info" });
const done: UpdateEvent = { type: "done", state: "complete", error: null };

function lines(dir: string): string[] {
  return readLog([dir], id).map(({ event }) => (event.type === "line" ? event.line : event.type));
}

test("keeps events in their order, with their time", async () => {
  await using dir = await TempDir.create();
  const log = new UpdateLog(dir.path, id);
  log.append(line("one"), at);
  log.append(done, at);
  expect(readLog([dir.path], id)).toEqual([
    { at: at.toISOString(), event: line("one") },
    { at: at.toISOString(), event: done },
  ]);
});

test("is read first the one side's, then the other's, and missing ones are empty", async () => {
  await using dir = await TempDir.create();
  await using other = await TempDir.create();
  new UpdateLog(other.path, id).append(line("root's"), at);
  new UpdateLog(dir.path, id).append(line("first"), at);
  const events = readLog([dir.path, other.path, dir.join("none")], id).map(({ event }) => event);
  expect(events).toEqual([line("first"), line("root's")]);
});

test("half a line from a power cut costs that line alone", async () => {
  await using dir = await TempDir.create();
  new UpdateLog(dir.path, id).append(line("one"), at);
  await appendFile(logPath(dir.path, id), '{"at":"2026-');
  new UpdateLog(dir.path, id).append(line("two"), at);
  expect(lines(dir.path)).toEqual(["one", "two"]);
});

test("a flood stops growing, its last line and the update's last words are there", async () => {
  await using dir = await TempDir.create();
  const flood = Array.from({ length: 20_000 }, (_, n) => `${JSON.stringify({ at, event: line(`${n}`) })}\n`);
  await writeFile(logPath(dir.path, id), flood.join(""));
  const log = new UpdateLog(dir.path, id);
  for (let n = 20_000; n < 30_000; n++) log.append(line(`${n}`), at);
  log.append({ type: "status", state: "installing", phase: "restarting" }, at);
  log.append(line("✓ Upgraded"), at);
  log.append(done, at);
  expect(lines(dir.path).slice(19_999)).toEqual(["19999", "29999", "status", "✓ Upgraded", "done"]);
});

test("a flood of long lines stops growing too", async () => {
  await using dir = await TempDir.create();
  const log = new UpdateLog(dir.path, id);
  for (let n = 0; n < 2_000; n++) log.append(line(`${n} ${"x".repeat(8 * 1024)}`), at);
  log.append(done, at);
  const { size } = await stat(logPath(dir.path, id));
  expect(size).toBeLessThan(9 * 1024 * 1024);
  expect(lines(dir.path).at(-2)).toMatch(/^1999 /);
  expect(lines(dir.path).at(-1)).toBe("done");
});

test("makes its folder with the first log", async () => {
  await using dir = await TempDir.create();
  new UpdateLog(dir.join("apply", "log"), id).append(line("one"), at);
  expect(lines(dir.join("apply", "log"))).toEqual(["one"]);
});

test("doesn't write into what a link leads to", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("precious"), "untouched");
  await symlink(dir.join("precious"), logPath(dir.path, id));
  new UpdateLog(dir.path, id).append(line("one"), at);
  expect(await readFile(dir.join("precious"), "utf8")).toBe("untouched");
});

test.each([
  ["1e9", 100],
  ["-5", 0],
  ["null", 0],
  ['"many"', 0],
  ["{}", 0],
  ["42.5", 42.5],
])("a percent of %s in a log counts as %d", async (written, counted) => {
  await using dir = await TempDir.create();
  await writeFile(
    logPath(dir.path, id),
    `{"at":"${at.toISOString()}","event":{"type":"progress","percent":${written}}}\n`,
  );
  expect(readLog([dir.path], id)[0]?.event).toEqual({ type: "progress", percent: counted });
});

test("a log that can't be written doesn't stop an update", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("a-file"), "");
  expect(() => new UpdateLog(dir.join("a-file"), id).append(line("one"), at)).not.toThrow();
});

test("the newest is the one that began last, on whichever side", async () => {
  await using dir = await TempDir.create();
  await using other = await TempDir.create();
  expect(await newestLogged([dir.path, other.path, dir.join("none")])).toBeNull();
  new UpdateLog(other.path, "mm7k2b000-bbbbbb").append(done, at);
  new UpdateLog(dir.path, id).append(done, at);
  await writeFile(dir.join("notes.txt"), "");
  expect(await newestLogged([dir.path, other.path])).toBe("mm7k2b000-bbbbbb");
});

test("of many logs the twenty newest stay", async () => {
  await using dir = await TempDir.create();
  const ids = Array.from({ length: 25 }, (_, n) => `mm7k2a0${String(n).padStart(2, "0")}-aaaaaa`);
  for (const one of ids) new UpdateLog(dir.path, one).append(done, at);
  await pruneLogs(dir.path);
  expect((await readdir(dir.path)).sort()).toEqual(ids.slice(5).map((one) => `${one}.jsonl`));
  expect(await readFile(logPath(dir.path, ids[24] ?? ""), "utf8")).toContain("done");
});
