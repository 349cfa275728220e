import { readFile, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type InstalledRecord, InstalledStore } from "./installed.ts";

let dir: TempDir;
let store: InstalledStore;
beforeEach(async () => {
  dir = await TempDir.create();
  store = new InstalledStore(dir.join("installed.json"));
});
afterEach(() => dir[Symbol.asyncDispose]());

const record: InstalledRecord = {
  version: "1.0.0",
  manifest_sha256: null,
  channel: "stable",
  source: "https://example.org/",
  installed_at: "2025-05-01T12:00:00.000Z",
  earlier: ["0.9.0"],
  layout: "copy",
  tree: "1.0.0",
  map: { "web/": "/var/www" },
};

test("what is saved is loaded, and cleared as often as one likes", async () => {
  expect(await store.load()).toEqual({ earlier: [] });
  await store.save(record);
  expect(await store.load()).toEqual(record);
  await store.clear();
  await store.clear();
  expect(await store.load()).toEqual({ earlier: [] });
});

test.each([
  ["no JSON", "{", { earlier: [] }],
  ["null", "null", { earlier: [] }],
  ["a text", '"text"', { earlier: [] }],
  ["an earlier release that is no name", '{"earlier": [1, "9.9.9"]}', { earlier: ["9.9.9"] }],
  ["a layout nobody knows", '{"layout": "other", "tree": 1, "map": {"a": 1}}', { earlier: [] }],
])("of %s as much is loaded as can be read", async (_what, text, loaded) => {
  await writeFile(dir.join("installed.json"), text);
  expect(await store.load()).toEqual(loaded);
  expect(await readFile(dir.join("installed.json"), "utf8")).toBe(text);
});
