import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { targetKey } from "../paths.ts";
import type { Resource, ResourceKey } from "../store/resource.ts";
import { type MirroredCatalog, mirroredCatalog } from "../testing/mirrored-catalog.ts";
import type { Version } from "../types.ts";
import { Guesses } from "./guesses.ts";

const SNAPSHOT: Version = {
  distribution: "openwrt",
  name: "SNAPSHOT",
  branch: "SNAPSHOT",
  kind: "snapshot",
  path: "snapshots",
};
const key = (i: number): ResourceKey => targetKey("openwrt", SNAPSHOT, `no/such${i}`);

describe("guesses", () => {
  test("beyond 32 there is no place, until one is free again", async () => {
    const guesses = new Guesses({ parallel: 4, absentFor: 1_000, patience: 1_000 });
    const turns: (() => void)[] = [];
    const load = () => new Promise<Resource>((resolve) => turns.push(() => resolve({} as Resource)));
    const asked = Array.from({ length: 32 }, (_, i) => guesses.ask(key(i), load));
    await expect(guesses.ask(key(32), load)).rejects.toMatchObject({ code: "not_loaded", retryAfter: 5 });
    await sleep(0);
    expect(turns).toHaveLength(2);
    turns[0]?.();
    await asked[0];
    const again = guesses.ask(key(32), load);
    const rest = Promise.all([...asked, again]);
    let done = false;
    void rest.then(() => (done = true));
    while (!done) {
      for (const turn of turns.splice(0)) turn();
      await sleep(0);
    }
  });

  test("one whose turn comes when nobody waits any more isn't asked about", async () => {
    const guesses = new Guesses({ parallel: 2, absentFor: 1_000, patience: 50 });
    let asked = 0;
    const first = guesses.ask(key(1), () => sleep(100, {} as Resource));
    const late = guesses.ask(key(2), async () => {
      asked++;
      return {} as Resource;
    });
    await expect(late).rejects.toMatchObject({ code: "not_loaded" });
    await first;
    expect(asked).toBe(0);
  });
});

describe("a version without a list of targets", () => {
  let it: MirroredCatalog;
  beforeAll(async () => {
    it = await mirroredCatalog({ pause: 30_000 });
    it.mirror.misbehave("snapshots/.targets.json", { kind: "status", status: 404 });
    await it.catalog.releases("openwrt");
  });
  afterAll(() => it[Symbol.asyncDispose]());
  afterEach(() => it.mirror.clearLog());

  test("has upstream asked once for what isn't there, and leaves no trace of it", async () => {
    await it.catalog.target(SNAPSHOT, "no/such").catch(() => undefined);
    const { generation } = it.catalog;
    it.mirror.clearLog();
    for (let i = 0; i < 5; i++) {
      await expect(it.catalog.target(SNAPSHOT, "no/other")).rejects.toMatchObject({ code: "unknown_target" });
    }
    expect(it.mirror.traffic().requests).toBe(1);
    expect((await it.catalog.resources({ version: "SNAPSHOT" })).map(({ kind }) => kind)).toEqual(["targets"]);
    expect(it.catalog.generation - generation).toBeLessThanOrEqual(1);
  });

  test("keeps few waiting for a mirror that hangs, and none of those who ask for what is listed", async () => {
    it.mirror.misbehave("snapshots/targets/", "hang");
    const guesses = Array.from({ length: 100 }, (_, i) => it.catalog.target(SNAPSHOT, `no/such${i}`));
    const early: unknown[] = [];
    for (const guess of guesses) guess.catch((error) => early.push(error.code));
    const version = await it.catalog.version("openwrt", "25.12.1");
    await it.catalog.targets(version);
    expect((await it.catalog.target(version, "x86/64")).value.name).toBe("x86/64");
    await expect.poll(() => early.length).toBe(68);
    expect(new Set(early)).toEqual(new Set(["not_loaded"]));
    expect(it.mirror.traffic("snapshots/targets/**").requests).toBeLessThanOrEqual(4);
    it.mirror.heal();
  });
});
