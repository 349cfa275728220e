import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Config } from "@pawl/protocol";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { App } from "../app.ts";
import { createApp, createApplier } from "../compose.ts";
import { packRelease, writeIndex } from "../publish/index.ts";
import { systemClock } from "../system/clock.ts";
import type { Clock } from "../system/types.ts";

const impatient: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) };

let dir: TempDir;
let host: ReleaseHost;
let app: App;
/** What root's side found in the folder of the other one, and what it left there. */
let found: string[][];

beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("host"));
  host = await ReleaseHost.start({ root: dir.join("host") });
  found = [];
  app = await createApp({
    config: config(),
    name: "kitchen",
    startApplier: (name, { id }) => {
      let end: { code: number; words: string } | null = null;
      const work = async () => {
        found.push(await looks("api"));
        await (await createApplier(config(), name, { clock: impatient })).apply(id, new AbortController().signal);
        found.push(await looks("api"));
      };
      void work().then(
        () => (end = { code: 0, words: "" }),
        (error) => (end = { code: 1, words: String(error) }),
      );
      return { ended: () => end };
    },
    onFault: (error) => {
      throw error;
    },
    shutdown: new AbortController().signal,
    overrides: { clock: impatient },
  });
});
afterEach(async () => {
  await app.settled();
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

test("§6 api and apply: root writes nothing into api/, and the other side nothing into apply/", async () => {
  await publish("1.0.0");
  expect((await installed()).result).toBe("success");
  expect(found).toHaveLength(2);
  expect(found[1]).toEqual(found[0]);
  const before = await looks("apply");
  await app.check({ force: true });
  await app.settled();
  await app.choices.skip({ version: "9.9.9", skip: true });
  expect(await looks("apply")).toEqual(before);
});

test("§2 root work: nothing of the device or of root's folder is touched before staging", async () => {
  await publish("1.0.0");
  host.fault("/1.0.0/kitchen", { kind: "status", status: 500 });
  expect(await installed()).toMatchObject({ result: "failed", failure: { phase: "downloading" } });
  expect(found).toEqual([]);
  expect(await readdir(dir.join("state/kitchen"))).toEqual(["api"]);
  expect(await readdir(dir.path)).not.toContain("opt");
});

test("§4 state_dir: what Pawl writes is below it, each app's in a folder of its name, as the contract has it", async () => {
  await publish("1.0.0");
  await installed();
  await app.choices.skip({ version: "9.9.9", skip: true });
  expect((await readdir(dir.path)).sort()).toEqual(["content", "host", "opt", "state"]);
  expect((await readdir(dir.join("state/kitchen"))).sort()).toEqual(["api", "apply"]);
  const apply = await readdir(dir.join("state/kitchen/apply"));
  expect(apply).toEqual(expect.arrayContaining(["state.json", "installed.json", "history.jsonl", "log", "lock"]));
  const api = await readdir(dir.join("state/kitchen/api"));
  expect(api).toEqual(expect.arrayContaining(["state.json", "settings.json", "log", "lock"]));
});

test("§6 state.json: status as flat fields, an earlier updater's names for them, and the engine's state", async () => {
  await publish("1.0.0");
  await installed();
  await publish("1.1.0");
  await app.check({ force: true });
  await app.settled();
  const json = JSON.parse(await readFile(dir.join("state/kitchen/api/state.json"), "utf8"));
  // The record's own `release` and `failure` (the last check's) stand in the place of status' fields of that name.
  const { release, failure: _, ...status } = await app.status();
  expect(json).toMatchObject({ ...status, engine: { status: "idle" }, release: { version: release?.version } });
  expect(json).toMatchObject({ current: "1.0.0", latest: "1.1.0", last_check: status.last_checked });
  expect(json).toMatchObject({ last_result: "success", progress: null, backup_path: null });
});

test("§6 installed: what is in place is recorded with its manifest's hash, channel and source, without a password", async () => {
  await publish("1.0.0");
  await installed();
  const json = JSON.parse(await readFile(dir.join("state/kitchen/apply/installed.json"), "utf8"));
  const { release } = await app.status();
  expect(json).toMatchObject({ version: "1.0.0", channel: "stable", source: `${host.url}/index.json` });
  expect(json.manifest_sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(release?.version).toBe("1.0.0");
});

async function publish(version: string): Promise<void> {
  await mkdir(dir.join("content", version), { recursive: true });
  await writeFile(dir.join("content", version, "index.html"), `${version}\n`);
  await packRelease({ dir: dir.join("content", version), outDir: dir.join("host"), name: "kitchen", version });
  await writeIndex(dir.join("host"), { name: "kitchen" });
}

async function installed() {
  await app.install({ force: false });
  await app.settled();
  const [outcome] = await app.history();
  if (!outcome) throw new Error("the update has left no line in the history");
  return outcome;
}

/** Every file of a side with its size and when it was written. */
async function looks(side: "api" | "apply"): Promise<string[]> {
  const root = dir.join("state/kitchen", side);
  const names = (await readdir(root, { recursive: true })).sort();
  const rows = names.map(async (name) => {
    const { size, mtimeMs } = await stat(join(root, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return Promise.all(rows);
}

function config(): Config {
  const address = new URL(`${host.url}/index.json?token=secret`);
  address.username = "me";
  address.password = "secret";
  const kitchen = {
    source: { http: { url: address.href } },
    install: { bundle: { home: dir.join("opt") } },
    health: [{ command: ["true"], within: "5s", steady: "0ms" }],
  };
  return Config.parse({ state_dir: dir.join("state"), apps: { kitchen } });
}
