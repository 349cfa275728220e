import { chmod, mkdir, readdir } from "node:fs/promises";
import { Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import type { App } from "./app.ts";
import { createApp, createApplier } from "./compose.ts";
import { HOSTILE_FILES } from "./testing/hostile-files.ts";
import { inProcess, PRINT_CODE } from "./testing/in-process.ts";

const ID = "mm7k2a0aa-aaaaaa";

function configOf(dir: TempDir): Config {
  return Config.parse({
    listen: "127.0.0.1:0",
    state_dir: dir.join("state"),
    apps: {
      kitchen: {
        source: { http: { url: "https://updates.example.org/index.json" } },
        install: { bundle: { home: dir.join("opt") } },
      },
    },
  });
}

function appOn(dir: TempDir): Promise<App> {
  return createApp({
    config: configOf(dir),
    name: "kitchen",
    startApplier: () => ({ ended: () => null }),
    onFault: (error) => {
      throw error;
    },
    shutdown: new AbortController().signal,
  });
}

test("who only looks makes nothing on disk, and finds nothing", async () => {
  await using dir = await TempDir.create();
  const app = await appOn(dir);
  expect(await app.status()).toMatchObject({ state: "idle", current_version: null, update_id: null });
  expect(await app.log({})).toEqual([]);
  expect(await app.history()).toEqual([]);
  expect(await app.feed.isEnd("")).toBe(false);
  const seen = app.feed.watch(null, AbortSignal.timeout(50));
  expect((await seen.next()).done).toBe(true);
  expect(await readdir(dir.path)).toEqual([]);
});

test("§2 root work, §6 api and apply: the unprivileged side leaves root's folder to root, also when it acts", async () => {
  await using dir = await TempDir.create();
  const app = await appOn(dir);
  await app.resume();
  await app.settled();
  expect(await readdir(dir.join("state", "kitchen"))).toEqual(["api"]);
});

test.runIf(process.getuid?.() === 0)("root does nothing in a folder that others can write in", async () => {
  await using dir = await TempDir.create();
  const apply = dir.join("state", "kitchen", "apply");
  await mkdir(apply, { recursive: true });
  await chmod(apply, 0o777);
  await expect(createApplier(configOf(dir), "kitchen")).rejects.toMatchObject({ code: "not_writable" });
  expect(await readdir(apply)).toEqual([]);
});

test.each(HOSTILE_FILES)("root refuses %s as its order", async (_, make) => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("state", "kitchen", "api"), { recursive: true });
  await make(dir.join("state", "kitchen", "api", "order.json"));
  const script = `
    ${PRINT_CODE}
    const applier = await createApplier(${JSON.stringify(configOf(dir))}, "kitchen");
    printCode(applier.apply("${ID}", new AbortController().signal));
  `;
  expect(await inProcess({ createApplier: "compose.ts" }, script)).toBe("state_damaged");
});
