import { stat, writeFile } from "node:fs/promises";
import { AppConfig } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anUpdate } from "../update/update-fixture.ts";
import { readBeginning, saveBeginning } from "./beginning.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

const app = AppConfig.parse({
  source: { github: { repo: "owner/name" } },
  install: { bundle: { home: "/opt/kitchen" } },
  services: ["kitchen", { reload: "nginx", optional: true }, { command: { start: ["a"], stop: ["b"] } }],
  health: [
    { http: "http://127.0.0.1/", within: "999999ms", steady: "0s" },
    { tcp: "localhost:80", within: "999999h" },
  ],
  auto: { jitter: "90m", window: "02:00-05:00" },
  notify: [{ on: ["failed"], webhook: "https://user:secret@example.org" }],
});
const beginning = { update: anUpdate(), app, hooks_dir: "/etc/pawl/hooks" };

test("what an update began with is read as it was, every length of time included", async () => {
  await saveBeginning(dir.join("config.json"), beginning);
  expect(await readBeginning(dir.join("config.json"))).toEqual(beginning);
});

test("an address may hold a password: nobody else reads it", async () => {
  await saveBeginning(dir.join("config.json"), beginning);
  expect((await stat(dir.join("config.json"))).mode & 0o777).toBe(0o600);
});

test.each(["", "{", "null", '{"update": null}', '{"app": {}, "hooks_dir": "/"}'])("%j says nothing", async (text) => {
  await writeFile(dir.join("config.json"), text);
  expect(await readBeginning(dir.join("config.json"))).toBeNull();
});

test("nothing was begun, or something else lies there: nothing is known", async () => {
  expect(await readBeginning(dir.join("config.json"))).toBeNull();
  expect(await readBeginning(dir.path)).toBeNull();
});
