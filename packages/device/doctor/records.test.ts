import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import type { ApplyState } from "@pawl/protocol";
import { failure } from "@pawl/protocol/make-failure";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { aNotice, statusWith } from "../notices/notice-fixture.ts";
import { EMPTY_OUTBOX, type Pending } from "../notices/outbox.ts";
import { Lock } from "../store/lock.ts";
import { type AppPaths, appPaths, devicePaths } from "../store/paths.ts";
import { anUpdate, applyRecord, aRelease, fetchRecord } from "../update/update-fixture.ts";
import { inShort, verdicts } from "./doctor-fixture.ts";
import { assessLastCheck, assessLastUpdate } from "./last-update.ts";
import { assessNotices } from "./notices.ts";
import { hasTokens, lookAtRecords, lookAtTokens, recordsOf } from "./records.ts";
import { assessWork, isRootAtWork, workIn } from "./unfinished.ts";

const now = new Date("2026-05-01T12:00:00Z");

let dir: TempDir;
let paths: AppPaths;
beforeEach(async () => {
  dir = await TempDir.create();
  paths = appPaths(dir.path, "kitchen");
  await mkdir(paths.api.dir, { recursive: true });
  await mkdir(paths.apply.dir, { recursive: true });
});
afterEach(() => dir[Symbol.asyncDispose]());

test("records that are whole, or not there yet, are fine", async () => {
  await writeFile(paths.api.state, JSON.stringify(fetchRecord()));
  await writeFile(paths.apply.state, JSON.stringify(applyRecord()));
  expect(inShort(await lookAtRecords(recordsOf(paths)))).toEqual(["ok: The records can be read"]);
});

test.each(["", "{", "[]", '{"engine": 5}'])("a record that says %j is a warning with what to do", async (text) => {
  await writeFile(paths.api.state, text);
  const [finding] = await lookAtRecords(recordsOf(paths));
  expect(finding).toMatchObject({ ok: "warning", fix: expect.stringContaining(`mv ${paths.api.state} `) });
});

test("a record that was put aside is told of until it is gone", async () => {
  await writeFile(`${paths.apply.state}.damaged`, "{");
  const [finding] = await lookAtRecords(recordsOf(paths));
  expect(finding).toMatchObject({ ok: "warning", fix: expect.stringContaining(`rm ${paths.apply.state}.damaged`) });
});

test("what another user has laid in a record's place doesn't hold the look up", async () => {
  execFileSync("mkfifo", [paths.api.settings]);
  expect(verdicts(await lookAtRecords(recordsOf(paths)))).toEqual(["warning"]);
});

test("tokens that can't be understood let nobody in", async () => {
  const { tokens } = devicePaths(dir.path);
  await mkdir(devicePaths(dir.path).dir);
  expect(await lookAtTokens(dir.path)).toEqual([]);
  await writeFile(tokens, '{"tokens": [{}]}');
  expect(await hasTokens(dir.path)).toBe(true);
  await writeFile(tokens, "{");
  expect(await lookAtTokens(dir.path)).toMatchObject([{ ok: "trouble" }]);
  expect(await hasTokens(dir.path)).toBe(false);
});

const staging: ApplyState = { status: "staging", update: anUpdate({ to: "1.2.0" }), release: aRelease() };

test("an update whose process died is to be resumed, one whose process lives is under way", async () => {
  expect(assessWork(await workIn(paths))).toMatchObject({ ok: "ok", title: "No update was left unfinished" });
  await writeFile(paths.apply.state, JSON.stringify(applyRecord({ engine: staging })));
  expect(assessWork(await workIn(paths))).toMatchObject({
    ok: "trouble",
    title: "An update to 1.2.0 was interrupted and isn't finished (staging)",
    fix: "sudo pawl resume",
  });
  expect(await isRootAtWork(paths)).toBe(false);
  const attempt = await Lock.tryAcquire(paths.apply.lock, "install 1.2.0", now);
  expect(attempt).toHaveProperty("held");
  expect(await isRootAtWork(paths)).toBe(true);
  expect(assessWork(await workIn(paths))).toMatchObject({ ok: "ok", title: "An update to 1.2.0 is under way" });
  if ("held" in attempt) await attempt.held[Symbol.asyncDispose]();
});

test("one that only waits for its window is nothing unfinished", async () => {
  const waiting = { status: "waiting" as const, update: anUpdate(), release: aRelease(), until: now.toISOString() };
  await writeFile(paths.api.state, JSON.stringify(fetchRecord({ engine: waiting })));
  expect(assessWork(await workIn(paths))).toMatchObject({ ok: "ok" });
});

test("a failed update is a warning with the next step, until the owner has seen it", () => {
  const why = failure("health_failed", "1.1.0 didn't answer.", {
    phase: "health_check",
    version: "1.1.0",
    back_on: "1.0.0",
  });
  const status = statusWith(null, { last_result: "rolled_back", failure: why });
  const [finding] = assessLastUpdate("kitchen", status, now);
  expect(finding).toMatchObject({
    ok: "warning",
    title: "The last update didn't work, and the device went back: 1.1.0 didn't answer",
    fix: expect.stringMatching(/pawl log --app kitchen.*pawl install 1\.1\.0 --app kitchen.*pawl seen --app kitchen/),
  });
  expect(verdicts(assessLastUpdate("kitchen", { ...status, last_result: null }, now))).toEqual(["ok"]);
});

test("a newest release that was refused is a warning", () => {
  const status = statusWith(aRelease({ version: "1.1.0" }), { refused_versions: ["1.1.0"] });
  expect(assessLastUpdate("kitchen", status, now)[1]).toMatchObject({
    ok: "warning",
    fix: expect.stringContaining("pawl install 1.1.0 --app kitchen"),
  });
});

test.each([
  [{ last_checked: "2026-05-01T04:20:00.000Z" }, "ok"],
  [{ last_checked: "2026-04-01T04:20:00.000Z" }, "warning"],
  [{ last_checked: null }, "ok"],
])("a last check with %j: %s", (fields, expected) => {
  expect(verdicts(assessLastCheck("kitchen", statusWith(null, fields), now))).toEqual([expected]);
});

test("a source that is never asked is a warning where nothing asks by itself", () => {
  const off = { check: false, time: "04:20", install: false, window: null, next_run: null };
  const [finding] = assessLastCheck("kitchen", statusWith(null, { last_checked: null, auto: off }), now);
  expect(finding).toMatchObject({ ok: "warning", fix: expect.stringContaining("pawl auto on --app kitchen") });
});

test("notices that somebody couldn't be told of are named, new ones aren't", () => {
  const at = "2026-04-30T12:00:00.000Z";
  const pending = (rounds: number, text: string): Pending => {
    return { notice: aNotice({ key: text, text }), noted_at: at, reached: [], rounds, next_try: at };
  };
  expect(assessNotices(EMPTY_OUTBOX)).toMatchObject({ ok: "ok" });
  expect(assessNotices({ pending: [pending(0, "New.")], told: [] })).toMatchObject({ ok: "ok" });
  expect(assessNotices({ pending: [pending(0, "New."), pending(2, "It failed.")], told: [] })).toMatchObject({
    ok: "warning",
    title: "A notice couldn't be delivered since 2026-04-30: It failed",
  });
});
