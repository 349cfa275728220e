import { writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { enter, leave } from "./turnstile.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(async () => {
  await leave();
  await dir[Symbol.asyncDispose]();
});

test("lets as many in as there are places, and one more when one has left", async () => {
  const places = { dir: dir.path, most: 2 };
  expect([await enter(places), await enter(places), await enter(places)]).toEqual([true, true, false]);
  await leave();
  expect([await enter(places), await enter(places)]).toEqual([true, false]);
});

test("of any number that come at once no more get in", async () => {
  const places = { dir: dir.path, most: 3 };
  const came = await Promise.all(Array.from({ length: 40 }, () => enter(places)));
  expect(came.filter((isIn) => isIn)).toHaveLength(3);
});

test("where nothing can be written everybody gets in", async () => {
  await writeFile(dir.join("file"), "");
  expect(await enter({ dir: dir.join("file/places"), most: 1 })).toBe(true);
});

test("leaving twice, or without having come, is no fault", async () => {
  await leave();
  await leave();
});
