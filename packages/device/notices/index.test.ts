import { readdir, readFile, writeFile } from "node:fs/promises";
import type { NotifyConfig, Outcome } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../system/run.ts";
import { HastyClock } from "../testing/device-fixture.ts";
import { anOutcome, aRelease, sha } from "../update/update-fixture.ts";
import { createNotices, type Notices } from "./index.ts";
import { statusWith } from "./notice-fixture.ts";
import { Outbox } from "./outbox.ts";
import { answering, WebhookServer } from "./webhook-fixture.ts";

const never = new AbortController().signal;
const MINUTE = 60_000;
const AVAILABLE = `available:1.1.0:${sha("a")}`;

let dir: TempDir;
let hook: WebhookServer;
let clock: HastyClock;
let troubles: string[];
let release: ReturnType<typeof aRelease> | null;
let last: Outcome | null;

beforeEach(async () => {
  dir = await TempDir.create();
  hook = await WebhookServer.start();
  clock = new HastyClock("2026-03-01T12:00:00Z");
  troubles = [];
  release = aRelease();
  last = null;
});
afterEach(async () => {
  await hook[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const all: NotifyConfig["on"] = ["available", "updated", "failed", "rolled_back"];

/** A process's own; those made on the same folder are other processes'. */
function notices(config: NotifyConfig[] = [{ on: all, webhook: hook.url }]): Notices {
  return createNotices({
    config,
    app: { name: "kitchen", title: "Kitchen" },
    path: dir.join("notices.json"),
    lockDir: dir.join("notices.lock"),
    status: async () => statusWith(release),
    release: async () => release,
    last: async () => last,
    run,
    clock,
    userAgent: "pawl/test",
    onTrouble: (words) => void troubles.push(words),
  });
}

async function outbox(): Promise<Outbox> {
  return Outbox.parse(JSON.parse(await readFile(dir.join("notices.json"), "utf8")));
}

test("without anybody to tell nothing is read or written", async () => {
  const none = notices([]);
  await none.note();
  await none.deliver(never);
  expect(await readdir(dir.path)).toEqual([]);
});

test("what nobody wants to know isn't noted", async () => {
  await notices([{ on: ["failed"], webhook: hook.url }]).note();
  expect(await readdir(dir.path)).toEqual([]);
});

test("§4 notify: tells everybody what they want to know, once", async () => {
  const file = dir.join("told");
  const ours = notices([
    { on: ["available"], webhook: `${hook.url}/available` },
    { on: ["updated"], webhook: `${hook.url}/updated` },
    { on: all, command: ["sh", "-c", `cat >> ${file}`] },
  ]);
  last = anOutcome();
  for (let checks = 0; checks < 3; checks++) {
    await ours.note();
    await ours.deliver(never);
  }
  expect(hook.posted.map(({ path, body }) => [path, JSON.parse(body).key]).sort()).toEqual([
    ["/available", AVAILABLE],
    ["/updated", `${last.id}:updated`],
  ]);
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(["available", "updated"]);
  expect(await outbox()).toEqual({ pending: [], told: [AVAILABLE, `${last.id}:updated`] });
  expect(troubles).toEqual([]);
});

test("§4 notify: a process that dies after it has noted leaves the telling to the next one", async () => {
  await notices().note();
  release = null;
  await notices().deliver(never);
  expect(hook.keys).toEqual([AVAILABLE]);
});

test("a damaged file counts as none", async () => {
  await writeFile(dir.join("notices.json"), '{"pending": [');
  const ours = notices();
  await ours.note();
  await ours.deliver(never);
  expect(hook.keys).toEqual([AVAILABLE]);
});

test("tries three times at once, then leaves it to a later process", async () => {
  hook.answer = answering(503);
  await notices().note();
  await notices().deliver(never);
  await notices().deliver(never);
  expect(hook.posted).toHaveLength(3);
  const host = new URL(hook.url).host;
  expect(troubles).toEqual([`The webhook at ${host} could not be told of "available": it answered with HTTP 503.`]);
  hook.answer = answering(204);
  clock.pass(MINUTE);
  await notices().deliver(never);
  await notices().deliver(never);
  expect(hook.keys).toEqual([AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE]);
});

test("one that fails once is told at the second try", async () => {
  hook.answer = (posted, response) => answering(hook.posted.length === 1 ? 500 : 204)(posted, response);
  const ours = notices();
  await ours.note();
  await ours.deliver(never);
  expect(hook.posted).toHaveLength(2);
  expect(troubles).toEqual([]);
});

test("one that can't be reached keeps nobody else from being told, and nobody is told twice because of it", async () => {
  await using broken = await WebhookServer.start(answering(500));
  const config = [broken.url, hook.url].map((webhook) => ({ on: all, webhook }));
  await notices(config).note();
  await notices(config).deliver(never);
  broken.answer = answering(204);
  clock.pass(MINUTE);
  await notices(config).deliver(never);
  expect(broken.posted).toHaveLength(4);
  expect(hook.posted).toHaveLength(1);
});

test("an address that was wrong and is put right in pawl.yaml gets what was noted before", async () => {
  hook.answer = answering(404);
  await notices([{ on: all, webhook: `${hook.url}/wrogn` }]).note();
  await notices([{ on: all, webhook: `${hook.url}/wrogn` }]).deliver(never);
  hook.answer = answering(204);
  clock.pass(MINUTE);
  await notices([{ on: all, webhook: `${hook.url}/right` }]).deliver(never);
  expect(hook.posted.map(({ path }) => path)).toEqual(["/wrogn", "/wrogn", "/wrogn", "/right"]);
});

test("after a day of failures it says that it gives up", async () => {
  hook.answer = answering(500);
  await notices().note();
  for (let rounds = 0; rounds < 4; rounds++) {
    await notices().deliver(never);
    clock.pass(9 * 60 * MINUTE);
  }
  expect(troubles.at(-1)).toContain("Pawl gives up: Kitchen 1.1.0 is available.");
  expect(await outbox()).toEqual({ pending: [], told: [AVAILABLE] });
});

test("a process that has to end breaks off a round, which counts for nothing", async () => {
  hook.answer = () => undefined;
  const end = new AbortController();
  await notices().note();
  const round = notices().deliver(end.signal);
  setTimeout(() => end.abort(new Error("SIGTERM")), 100);
  await expect(round).rejects.toThrow("SIGTERM");
  hook.answer = answering(204);
  await notices().deliver(never);
  expect(hook.keys).toEqual([AVAILABLE, AVAILABLE]);
  expect(troubles).toEqual([]);
});

test("two rounds of one process don't tell the same thing twice", async () => {
  const ours = notices();
  await ours.note();
  await Promise.all([ours.deliver(never), ours.deliver(never)]);
  expect(hook.posted).toHaveLength(1);
});
