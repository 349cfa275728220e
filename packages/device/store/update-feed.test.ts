import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, rm, symlink } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { UpdateEvent } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FeedItem, UpdateFeed } from "./update-feed.ts";
import { logPath, UpdateLog } from "./update-log.ts";

const ID = "mm7k2a0aa-aaaaaa";
const NEXT = "mm7k2b000-bbbbbb";
const at = new Date("2026-03-01T12:00:00Z");
const done: UpdateEvent = { type: "done", state: "complete", error: null };
const line = (text: string): UpdateEvent => ({ type: "line", line: text, level: "info" });
const progress = (percent: number): UpdateEvent => ({
  type: "progress",
  phase: "downloading",
  done_bytes: null,
  total_bytes: null,
  percent,
  bytes_per_second: null,
  seconds_left: null,
});

let dir: TempDir;
let api: string;
let apply: string;
let feed: UpdateFeed;
let leave: AbortController;

beforeEach(async () => {
  dir = await TempDir.create();
  api = dir.join("api");
  apply = dir.join("apply");
  await mkdir(api);
  await mkdir(apply);
  feed = new UpdateFeed([api, apply]);
  leave = new AbortController();
});

afterEach(async () => {
  leave.abort();
  await dir[Symbol.asyncDispose]();
});

/** A watcher that notes what it sees, as `<n> <words>`. */
function watcher(after: string | null = null, of: UpdateFeed = feed) {
  const seen: string[] = [];
  const items: FeedItem[] = [];
  const ended = (async () => {
    for await (const item of of.watch(after, leave.signal)) {
      items.push(item);
      seen.push(`${item.id.split(":")[1]} ${words(item.event)}`);
    }
  })();
  const until = async (count: number) => {
    for (let turn = 0; seen.length < count && turn < 500; turn++) await wait(5);
    return seen;
  };
  return { seen, items, ended, until };
}

function words(event: UpdateEvent): string {
  return event.type === "line" ? event.line : event.type === "progress" ? `${event.percent} %` : event.type;
}

function write(side: string, ...events: UpdateEvent[]): void {
  writeTo(side, ID, ...events);
}

function writeTo(side: string, id: string, ...events: UpdateEvent[]): void {
  const log = new UpdateLog(side, id);
  for (const event of events) log.append(event, at);
}

test("a late joiner gets the whole run, numbered from one, and its end", async () => {
  write(api, line("one"), line("two"), done);
  const { ended, items } = watcher();
  await ended;
  expect(items).toEqual([
    { id: `${ID}:1`, event: line("one") },
    { id: `${ID}:2`, event: line("two") },
    { id: `${ID}:3`, event: done },
  ]);
});

test.each([
  [`${ID}:1`, ["2 two", "3 three", "4 done"]],
  [`${ID}:2`, ["3 three", "4 done"]],
  [`${ID}:3`, ["4 done"]],
  [`${ID}:0`, ["1 one", "2 two", "3 three", "4 done"]],
])("who has seen %s gets the rest", async (after, rest) => {
  write(api, line("one"), line("two"), line("three"), done);
  const { ended, seen } = watcher(after);
  await ended;
  expect(seen).toEqual(rest);
});

test.each([`${ID}:5`, `${ID}:-1`, `${ID}:1.5`, `${ID}:x`, `${ID}:`, ID, `${NEXT}:1`, "", ":", "nonsense"])(
  "an id the feed never gave (%j) gets the run from its start",
  async (after) => {
    write(api, line("one"), done);
    const { ended, seen } = watcher(after);
    await ended;
    expect(seen).toEqual(["1 one", "2 done"]);
  },
);

test("lines arrive as they are written", async () => {
  write(api, line("one"));
  const { until, ended } = watcher();
  await until(1);
  const delays: number[] = [];
  for (let n = 2; n <= 10; n++) {
    const begun = performance.now();
    write(api, line(`${n}`));
    await until(n);
    delays.push(performance.now() - begun);
  }
  // Some 5 ms. Without being told it would look every 500 ms, and each line would take as long.
  expect(delays.sort((a, b) => a - b)[4]).toBeLessThan(250);
  write(api, done);
  await ended;
});

test("what two processes write comes in order: this side's, then root's", async () => {
  write(api, line("asking"), line("downloading"));
  const { until, ended, seen } = watcher();
  await until(2);
  const log = fileURLToPath(new URL("./update-log.ts", import.meta.url));
  const script = `
    import { UpdateLog } from ${JSON.stringify(log)};
    const log = new UpdateLog(${JSON.stringify(apply)}, ${JSON.stringify(ID)});
    for (const text of ["staging", "switching"]) log.append({ type: "line", line: text, level: "info" }, new Date());
    log.append({ type: "done", state: "complete", error: null }, new Date());
  `;
  const root = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
  await Promise.all([once(root, "exit"), ended]);
  expect(seen).toEqual(["1 asking", "2 downloading", "3 staging", "4 switching", "5 done"]);
  const late = watcher(null, new UpdateFeed([api, apply]));
  await late.ended;
  expect(late.seen).toEqual(seen);
});

test("an event that is only shown has the id of the one it follows", async () => {
  write(api, line("one"));
  const { until, ended, items } = watcher();
  await until(1);
  feed.show(ID, progress(10));
  await until(2);
  write(api, done);
  await ended;
  expect(items.map(({ id }) => id)).toEqual([`${ID}:1`, `${ID}:1`, `${ID}:2`]);
});

test("a shown event that is outdated, or of another update, is not shown: progress never falls", async () => {
  write(api, line("one"));
  const { until, ended, seen } = watcher();
  await until(1);
  feed.show(ID, progress(10));
  feed.show(ID, progress(20));
  write(api, progress(30));
  feed.show(NEXT, progress(5));
  await until(2);
  await wait(100);
  write(api, done);
  await ended;
  const percents = seen.flatMap((one) => (one.endsWith("%") ? [Number.parseInt(one.split(" ")[1] ?? "", 10)] : []));
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(percents).not.toContain(5);
  expect(percents.at(-1)).toBe(30);
});

test("a watcher that comes later isn't shown what was shown before", async () => {
  write(api, line("one"));
  const first = watcher();
  await first.until(1);
  feed.show(ID, progress(10));
  await first.until(2);
  const second = watcher();
  await second.until(1);
  write(api, done);
  await Promise.all([first.ended, second.ended]);
  expect(second.seen).toEqual(["1 one", "2 done"]);
});

test("when nothing was ever run it waits for the first update", async () => {
  const { ended, seen, until } = watcher();
  await wait(50);
  expect(seen).toEqual([]);
  expect(feed.position).toBeNull();
  write(api, line("one"));
  await until(1);
  write(api, done);
  await ended;
  expect(seen).toEqual(["1 one", "2 done"]);
});

test("lines arrive as they are written in a folder that comes into being while one watches", async () => {
  const took: number[] = [];
  for (const app of ["kitchen", "hall", "attic"]) {
    const nowhere = dir.join("state", app, "apply", "log");
    const { until, seen, ended } = watcher(null, new UpdateFeed([api, nowhere]));
    await wait(100);
    await mkdir(dir.join("state", app, "apply"), { recursive: true });
    const begun = performance.now();
    write(nowhere, line("one"));
    await until(1);
    took.push(performance.now() - begun);
    write(nowhere, line("two"), done);
    await ended;
    expect(seen).toEqual(["1 one", "2 two", "3 done"]);
  }
  // Without being told it would look every 500 ms.
  expect(Math.min(...took)).toBeLessThan(250);
});

test("never goes back to an earlier update", async () => {
  write(api, line("one"), done);
  writeTo(api, NEXT, line("first"));
  expect(await feed.isEnd("")).toBe(false);
  expect(feed.position).toBe(`${NEXT}:1`);
  // As for a look at the folder that began before the next update did, and ends later.
  await rm(logPath(api, NEXT));
  await feed.isEnd("");
  expect(feed.position).toBe(`${NEXT}:1`);
});

test("a log that can't be read neither breaks who shows something nor leaves an unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", note);
  write(api, line("one"));
  const { until } = watcher();
  await until(1);
  await rm(api, { recursive: true });
  await symlink(api, api);
  expect(() => feed.show(ID, progress(10))).not.toThrow();
  await wait(600);
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

test("when the next update begins, a watcher sees the end of the one before, if it had one, or else the new one", async () => {
  write(api, line("one"));
  const { ended, items, until } = watcher();
  await until(1);
  write(api, line("two"));
  writeTo(api, NEXT, line("first"), done);
  await ended;
  expect(items.map(({ id }) => id)).toEqual([`${ID}:1`, `${ID}:2`, `${NEXT}:1`, `${NEXT}:2`]);
  const other = new UpdateFeed([api, apply]);
  expect(await other.isEnd(`${NEXT}:2`)).toBe(true);
});

test("an end that was only provisional is not the end", async () => {
  write(api, line("one"), done);
  write(apply, line("going on"));
  const { ended, seen, until } = watcher();
  await until(3);
  expect(seen).toEqual(["1 one", "2 done", "3 going on"]);
  expect(await feed.isEnd(`${ID}:2`)).toBe(false);
  write(apply, done);
  await ended;
});

test("knows the id of the end, and nothing else, as the end", async () => {
  expect(await feed.isEnd("")).toBe(false);
  write(api, line("one"));
  expect(await feed.isEnd(`${ID}:1`)).toBe(false);
  write(api, done);
  expect(await feed.isEnd(`${ID}:1`)).toBe(false);
  expect(await feed.isEnd(`${ID}:2`)).toBe(true);
  expect(feed.position).toBe(`${ID}:2`);
});

test("half a line is no event until it is whole", async () => {
  const text = `${JSON.stringify({ at, event: line("öne") })}\n`;
  const bytes = Buffer.from(text);
  const cut = bytes.indexOf("ö") + 1;
  const { seen, until } = watcher();
  await appendFile(logPath(api, ID), bytes.subarray(0, cut));
  await wait(50);
  expect(seen).toEqual([]);
  await appendFile(logPath(api, ID), bytes.subarray(cut));
  expect(await until(1)).toEqual(["1 öne"]);
});

test("what isn't an event has no number", async () => {
  await appendFile(logPath(api, ID), "nonsense\n\n5\n{}\n\0\0\0\n");
  write(api, line("one"), done);
  const { ended, seen } = watcher();
  await ended;
  expect(seen).toEqual(["1 one", "2 done"]);
});

test("an abort ends it quietly, whenever it comes", async () => {
  const waiting = watcher();
  await wait(20);
  leave.abort(new Error("left"));
  await waiting.ended;
  await watcher().ended;
  expect(waiting.seen).toEqual([]);
});

test("holds nothing open when the last watcher has left", async () => {
  const watching = () => process.getActiveResourcesInfo().filter((name) => /FSEvent|Timeout/.test(name)).length;
  const before = watching();
  const many = Array.from({ length: 20 }, () => watcher());
  await wait(50);
  expect(watching()).toBeGreaterThan(before);
  leave.abort();
  await Promise.all(many.map(({ ended }) => ended));
  await wait(20);
  expect(watching()).toBeLessThanOrEqual(before);
});
