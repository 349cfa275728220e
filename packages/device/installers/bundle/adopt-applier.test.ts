import { mkdir, readFile } from "node:fs/promises";
import { Config } from "@pawl/protocol";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { App } from "../../app.ts";
import { createApp, createApplier } from "../../compose.ts";
import type { Applying } from "../../hand-over.ts";
import { packRelease, writeIndex } from "../../publish/index.ts";
import { systemClock } from "../../system/clock.ts";
import type { Clock } from "../../system/types.ts";
import { makeByHand, released } from "./adopt-fixture.ts";
import { seen, writeContents } from "./tree-fixture.ts";

/** Real time, without the waits. */
const clock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) };
const end = new AbortController();

let dir: TempDir;
let host: ReleaseHost;
beforeEach(async () => {
  dir = await TempDir.create();
  await makeByHand(dir.path);
  await mkdir(dir.join("host"));
  host = await ReleaseHost.start({ root: dir.join("host") });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** An app that was copied there by hand: two scripts note when it is started and stopped, and a release works or doesn't. */
function config(): Config {
  const note = (what: string) => [
    "sh",
    "-c",
    `echo ${what} $(cat ${dir.join("www/web/app.js")}) >> ${dir.join("services")}`,
  ];
  return Config.parse({
    state_dir: dir.join("state"),
    apps: {
      kit: {
        source: { http: { url: `${host.url}/index.json` } },
        install: {
          bundle: {
            layout: "symlink",
            home: dir.join("home"),
            map: { "web/": dir.join("www/web"), "api.py": dir.join("bin/api") },
            keep: ["web/data/**"],
            config: ["web/config.json"],
          },
        },
        services: [{ command: { start: note("start"), stop: note("stop") } }],
        version_file: dir.join("version"),
        health: [{ command: ["grep", "-qv", "broken", dir.join("www/web/index.html")], within: "1s", steady: "0ms" }],
      },
    },
  });
}

async function publish(version: string, index = `web ${version}`): Promise<void> {
  await writeContents(dir.join("content", version), { ...released(version), "web/index.html": index });
  await packRelease({ dir: dir.join("content", version), outDir: dir.join("host"), name: "kit", version });
  await writeIndex(dir.join("host"), { name: "kit" });
}

async function install(): Promise<App> {
  const app = await createApp({
    config: config(),
    name: "kit",
    startApplier: (_, { id }) => applying(id),
    onFault: (error) => {
      throw error;
    },
    shutdown: end.signal,
    overrides: { clock },
  });
  await app.install({ force: false });
  await app.settled();
  return app;
}

function applying(id: string): Applying {
  let ended: { code: number; words: string } | null = null;
  createApplier(config(), "kit", { clock })
    .then((applier) => applier.apply(id, end.signal))
    .then(() => (ended = { code: 0, words: "" }))
    .catch((error) => (ended = { code: 1, words: String(error) }));
  return { ended: () => ended };
}

async function history(app: App) {
  return (await app.history(10)).map(({ kind, from, to, result }) => ({ kind, from, to, result }));
}

test("the first update takes over what was copied there by hand, and says so in the history", async () => {
  await publish("1.0.0");
  const app = await install();
  expect(await app.status()).toMatchObject({ current_version: "1.0.0", backup_version: "0.9.0", can_roll_back: true });
  expect(await history(app)).toEqual([
    { kind: "install", from: "0.9.0", to: "1.0.0", result: "success" },
    { kind: "adopt", from: null, to: "0.9.0", result: "success" },
  ]);
  expect(await readFile(dir.join("services"), "utf8")).toBe(
    "stop app 0.9\nstart app 0.9\nstop app 1.0.0\nstart app 1.0.0\n",
  );
  await app.rollback({});
  await app.settled();
  expect(await app.status()).toMatchObject({ current_version: "0.9.0", state: "complete" });
  expect(await seen(dir.join("www/web"))).toMatchObject({
    "index.html": "web 0.9",
    "config.json": "edited by the owner",
    "data/db": "db",
  });
});

test("a first update that doesn't work goes back to what was there", async () => {
  await publish("1.0.0", "broken");
  const app = await install();
  expect(await app.status()).toMatchObject({
    current_version: "0.9.0",
    state: "error",
    refused_versions: ["1.0.0"],
    failure: { code: "health_failed", back_on: "0.9.0" },
  });
  expect(await history(app)).toEqual([
    { kind: "install", from: "0.9.0", to: "1.0.0", result: "rolled_back" },
    { kind: "adopt", from: null, to: "0.9.0", result: "success" },
  ]);
  expect(await seen(dir.join("www/web"))).toMatchObject({
    "index.html": "web 0.9",
    "app.js": "app 0.9",
    "dropped.js": "only in 0.9",
    "config.json": "edited by the owner",
    "uploads/a/b": "uploaded",
  });
  expect(await readFile(dir.join("version"), "utf8")).toBe("0.9.0\n");
  expect((await readFile(dir.join("services"), "utf8")).trim().split("\n").at(-1)).toBe("start app 0.9");
});
