import { mkdir, readFile, writeFile } from "node:fs/promises";
import { Config } from "@pawl/protocol";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { App } from "../../../app.ts";
import type { Applier } from "../../../applier.ts";
import { createApp, createApplier } from "../../../compose.ts";
import type { Applying } from "../../../hand-over.ts";
import { packRelease, writeIndex } from "../../../publish/index.ts";
import { systemClock } from "../../../system/clock.ts";
import type { Clock } from "../../../system/types.ts";
import { seen, writeContents } from "../tree-fixture.ts";

/** Real time, without the waits. */
const clock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) };
const end = new AbortController();

let dir: TempDir;
let host: ReleaseHost;
beforeEach(async () => {
  dir = await TempDir.create();
  await writeContents(dir.path, { "www/index.html": "web 0.9", "www/config.json": "edited", "bin/api.py": "api 0.9" });
  await writeFile(dir.join("version"), "0.9.0\n");
  await mkdir(dir.join("host"));
  host = await ReleaseHost.start({ root: dir.join("host") });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** As in the Pi-Kit plan: a web folder and a program beside it, without a home. */
function config(): Config {
  const bundle = {
    map: { "web/": dir.join("www"), "api.py": dir.join("bin/api.py") },
    config: ["web/config.json"],
    backup_dir: dir.join("backups"),
  };
  const source = { http: { url: `${host.url}/index.json` } };
  const health = [{ command: ["grep", "-qv", "broken", dir.join("www/index.html")], within: "1s", steady: "0ms" }];
  const app = { source, install: { bundle }, version_file: dir.join("version"), health };
  return Config.parse({ state_dir: dir.join("state"), apps: { kit: app } });
}

async function publish(version: string, index = `web ${version}`): Promise<void> {
  const files = { "web/index.html": index, "web/config.json": `c ${version}`, "api.py": `api ${version}` };
  await writeContents(dir.join("content", version), files);
  await packRelease({ dir: dir.join("content", version), outDir: dir.join("host"), name: "kit", version });
  await writeIndex(dir.join("host"), { name: "kit" });
}

async function newApp(newApplier = () => createApplier(config(), "kit", { clock })): Promise<App> {
  const onFault = (error: unknown) => {
    throw error;
  };
  const startApplier = (_: string, { id }: { id: string }) => applying(newApplier(), id);
  return createApp({
    config: config(),
    name: "kit",
    startApplier,
    onFault,
    shutdown: end.signal,
    overrides: { clock },
  });
}

function applying(applier: Promise<Applier>, id: string): Applying {
  let ended: { code: number; words: string } | null = null;
  applier
    .then((one) => one.apply(id, end.signal))
    .then(() => (ended = { code: 0, words: "" }))
    .catch((error) => (ended = { code: 1, words: String(error) }));
  return { ended: () => ended };
}

const inPlace = async () => ({ ...(await seen(dir.join("www"))), ...(await seen(dir.join("bin"))) });

test("an app that was copied there by hand is taken over, updated, gone back with and gone forward with", async () => {
  const app = await newApp();
  const before = await inPlace();
  await publish("1.0.0");
  await app.install({ force: false });
  await app.settled();
  expect(await app.status()).toMatchObject({
    current_version: "1.0.0",
    state: "complete",
    backup_version: "0.9.0",
    backup_path: dir.join("backups/0.9.0/files"),
  });
  const after = await inPlace();
  expect(after).toEqual({
    "index.html": "web 1.0.0",
    "config.json": "edited",
    "config.json.pawl-new": "c 1.0.0",
    "api.py": "api 1.0.0",
  });

  await app.rollback({});
  await app.settled();
  expect(await app.status()).toMatchObject({ current_version: "0.9.0", state: "complete", can_roll_back: false });
  expect(await inPlace()).toEqual(before);

  await app.install({ force: false, version: "1.0.0" });
  await app.settled();
  expect(await app.status()).toMatchObject({ current_version: "1.0.0", backup_version: "0.9.0" });
  expect(await inPlace()).toEqual(after);
  expect((await app.history(10)).map(({ kind, from, to }) => ({ kind, from, to }))).toEqual([
    { kind: "install", from: "0.9.0", to: "1.0.0" },
    { kind: "rollback", from: "1.0.0", to: "0.9.0" },
    { kind: "install", from: "0.9.0", to: "1.0.0" },
    { kind: "adopt", from: null, to: "0.9.0" },
  ]);
});

test("an update that doesn't work goes back by itself, byte by byte", async () => {
  const app = await newApp();
  const before = await inPlace();
  await publish("1.0.0", "broken");
  await app.install({ force: false });
  await app.settled();
  expect(await app.status()).toMatchObject({
    current_version: "0.9.0",
    state: "error",
    refused_versions: ["1.0.0"],
    failure: { code: "health_failed", back_on: "0.9.0" },
  });
  expect(await inPlace()).toEqual(before);
  expect(await readFile(dir.join("version"), "utf8")).toBe("0.9.0\n");
});

test("§6 copy layout: the power fails in the middle of the switch: the next process takes it back", async () => {
  const app = await newApp();
  await publish("1.0.0");
  await app.install({ force: false });
  await app.settled();
  const before = await inPlace();
  await publish("2.0.0");
  let atItsEnd: Record<string, string> = {};
  // Dead before it is on record that the switch is done. The app starts it again, as the boot would.
  const dying = () =>
    createApplier(config(), "kit", {
      clock,
      applyStore: (store) => ({
        load: () => store.load(),
        save: async (record) => {
          if (record.engine.status !== "restarting") return store.save(record);
          atItsEnd = await inPlace();
          throw new Error("The power is gone.");
        },
      }),
    });
  const cut = await newApp(dying);
  await cut.install({ force: false, version: "2.0.0" });
  await cut.settled();
  expect(atItsEnd).toMatchObject({ "index.html": "web 2.0.0" });
  expect(await inPlace()).toEqual(before);
  expect(await cut.status()).toMatchObject({
    current_version: "1.0.0",
    last_result: "undone",
    failure: { code: "power_lost", version: "2.0.0" },
  });
});
