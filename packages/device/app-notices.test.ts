import { readFile, writeFile } from "node:fs/promises";
import { Config, failure } from "@pawl/protocol";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { createApp } from "./compose.ts";
import { createNotices } from "./notices/index.ts";
import { answering, WebhookServer } from "./notices/webhook-fixture.ts";
import { packRelease, writeIndex } from "./publish/index.ts";
import { ensureFolder } from "./store/atomic-file.ts";
import { run } from "./system/run.ts";
import { AppBench } from "./testing/app-bench.ts";
import { lastOutcome } from "./update/status.ts";
import { anUpdate, applyRecord, fetchRecord, LATER } from "./update/update-fixture.ts";

const never = new AbortController().signal;

/** A process on the bench's device that tells a webhook. */
async function telling(bench: AppBench, webhook: string, shutdown = never) {
  const { device } = bench;
  const notices = createNotices({
    config: [{ on: ["available", "updated", "failed", "rolled_back"], webhook }],
    app: { name: "kitchen", title: "Kitchen" },
    path: device.paths.api.notices,
    lockDir: device.paths.api.noticesLock,
    status: () => bench.app.status(),
    release: async () => (await device.fetchStore().peek()).release,
    last: async () => lastOutcome(await device.fetchStore().peek(), await device.applyStore().peek()),
    run,
    clock: bench.clock,
    userAgent: "pawl/test",
    onTrouble: (words) => void device.faults.push(words),
  });
  bench.app = await device.app({ notices, shutdown });
}

function events(hook: WebhookServer): string[] {
  return hook.posted.map(({ body }) => `${JSON.parse(body).event} ${JSON.parse(body).version}`);
}

test("a check tells of a release once, an update of its end, a rollback too", async () => {
  await using bench = await AppBench.create();
  await using hook = await WebhookServer.start();
  await telling(bench, hook.url);
  await bench.checked();
  await bench.checked();
  await bench.installed();
  await bench.app.rollback({});
  await bench.app.settled();
  expect(events(hook)).toEqual(["available 1.1.0", "updated 1.1.0", "rolled_back 1.0.0"]);
  expect(bench.device.faults).toEqual([]);
});

test("a release that doesn't work is told as rolled back, with the reason", async () => {
  await using bench = await AppBench.create();
  await using hook = await WebhookServer.start();
  await telling(bench, hook.url);
  bench.device.works = (version) => version !== "1.1.0";
  await bench.installed();
  expect(events(hook)).toEqual(["rolled_back 1.1.0"]);
  expect(JSON.parse(hook.posted[0]?.body ?? "")).toMatchObject({
    failure: { code: "health_failed", back_on: "1.0.0" },
  });
});

test("§6 gone back to: a release gone back to that doesn't work either is told as failed, with where the device stands", async () => {
  await using bench = await AppBench.create();
  await using hook = await WebhookServer.start();
  await telling(bench, hook.url);
  await bench.checked();
  await bench.installed();
  bench.device.works = () => false;
  await bench.app.rollback({});
  await bench.app.settled();
  expect(events(hook)).toEqual(["available 1.1.0", "updated 1.1.0", "failed 1.0.0"]);
  expect(JSON.parse(hook.posted.at(-1)?.body ?? "")).toMatchObject({
    failure: { code: "health_failed", back_on: "1.0.0" },
  });
  expect(await bench.app.status()).toMatchObject({
    state: "error",
    failure: { code: "health_failed", back_on: "1.0.0" },
  });
});

test("an update whose owner died is told by the process that finishes it", async () => {
  await using bench = await AppBench.create();
  await using hook = await WebhookServer.start();
  const update = anUpdate();
  const move = { previous: "1.0.0", next: "1.1.0", manifest_sha256: null, kept: false };
  await bench.leftBehind({ status: "idle", shows: "error" });
  await ensureFolder(bench.device.paths.apply.dir);
  await bench.device.applyStore().save(applyRecord({ engine: { status: "restarting", update, move, boots: 1 } }));
  bench.device.tree = "1.1.0";
  await telling(bench, hook.url);
  expect(await bench.app.resume()).toBe(true);
  await bench.app.settled();
  expect(hook.keys).toEqual([`${update.id}:updated`]);
});

const failed = {
  ...anUpdate({ id: "0aaaaaaaa-aaaaaa" }),
  result: "failed",
  failure: failure("offline", "The host can't be reached."),
  finished_at: LATER,
} as const;

test("an end that its owner had no time to note is told by the next process that starts", async () => {
  await using bench = await AppBench.create();
  await using hook = await WebhookServer.start();
  await bench.device.fetchStore().save(fetchRecord({ last: failed }));
  await telling(bench, hook.url);
  expect(await bench.app.resume()).toBe(false);
  await bench.app.settled();
  expect(hook.keys).toEqual([`${failed.id}:failed`]);
});

test("an end that nobody has noted is told even though another update begins first", async () => {
  await using bench = await AppBench.create();
  await using hook = await WebhookServer.start();
  await bench.device.fetchStore().save(fetchRecord({ last: failed }));
  await telling(bench, hook.url);
  const { update_id } = await bench.installed();
  expect(hook.keys).toEqual([`${failed.id}:failed`, `${update_id}:updated`]);
});

test("a process that ends while it tells leaves it to the next, and that is no fault", async () => {
  await using bench = await AppBench.create();
  await using hook = await WebhookServer.start(() => undefined);
  await bench.device.fetchStore().save(fetchRecord({ last: failed }));
  const end = new AbortController();
  await telling(bench, hook.url, end.signal);
  await bench.app.resume();
  await expect.poll(() => hook.posted.length).toBe(1);
  end.abort(new Error("SIGTERM"));
  await bench.app.settled();
  hook.answer = answering(204);
  await telling(bench, hook.url);
  await bench.app.resume();
  await bench.app.settled();
  expect(hook.keys).toEqual([`${failed.id}:failed`, `${failed.id}:failed`]);
  expect(bench.device.faults).toEqual([]);
});

test("`notify` of pawl.yaml is heard", async () => {
  await using dir = await TempDir.create();
  await using host = await ReleaseHost.start({ root: dir.path });
  await ensureFolder(dir.join("content"));
  await writeFile(dir.join("content", "index.html"), "1.0.0");
  await packRelease({ dir: dir.join("content"), outDir: dir.path, name: "kitchen", version: "1.0.0" });
  await writeIndex(dir.path, { name: "kitchen" });
  const kitchen = {
    title: "The kitchen",
    source: { http: { url: `${host.url}/index.json` } },
    install: { bundle: { home: dir.join("opt") } },
    notify: [{ on: ["available"], command: ["sh", "-c", `cat > ${dir.join("told")}`] }],
  };
  const app = await createApp({
    config: Config.parse({ listen: "127.0.0.1:0", state_dir: dir.join("state"), apps: { kitchen } }),
    name: "kitchen",
    startApplier: () => ({ ended: () => null }),
    onFault: (error) => {
      throw error;
    },
    shutdown: never,
  });
  await app.check({ force: true });
  await app.settled();
  expect(JSON.parse(await readFile(dir.join("told"), "utf8"))).toMatchObject({
    event: "available",
    app: "kitchen",
    text: "The kitchen 1.0.0 is available.",
    version: "1.0.0",
    key: expect.stringMatching(/^available:1\.0\.0:[0-9a-f]{64}$/),
  });
});
