import { MirrorServer } from "@pawl/testkit";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { UpstreamCatalog } from "../service.ts";
import { type MirroredCatalog, mirroredCatalog } from "../testing/mirrored-catalog.ts";

let it: MirroredCatalog;
let other: UpstreamCatalog;
beforeAll(async () => {
  it = await mirroredCatalog({ pause: 30_000 });
  other = await it.another();
});
afterAll(() => it[Symbol.asyncDispose]());
afterEach(() => it.mirror.reset());

test("many who ask at once in two servers make one request of each file", async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  it.mirror.clearLog();
  const asked = Array.from({ length: 20 }, (_, i) =>
    (i % 2 ? it.catalog : other).architecturePackages(version, "mips_24kc"),
  );
  const indexes = await Promise.all(asked);
  expect(new Set(indexes.map(({ digest }) => digest)).size).toBe(1);
  const paths = it.mirror.requests.filter(({ status }) => status === 200).map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});

test("what one server has read, another has without a mirror", async () => {
  const version = await it.catalog.version("openwrt", "25.12.1");
  const mine = await it.catalog.packages(version, "x86/64");
  await it.mirror.stop();
  const theirs = await (await it.another()).packages(version, "x86/64");
  expect(theirs.value).toEqual(mine.value);
  expect(theirs.trouble).toBeNull();
  await it.mirror.resume();
});

test("hot reads ask neither the mirror nor the database", async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  const read = async () => {
    await it.catalog.version("openwrt", "24.10.5");
    await it.catalog.releases("openwrt");
    await it.catalog.targets(version);
    await it.catalog.target(version, "x86/64");
    await it.catalog.targetPackages(version, "x86/64");
    await it.catalog.architecturePackages(version, "x86_64");
  };
  await read();
  it.mirror.clearLog();
  let taken = 0;
  const count = () => taken++;
  it.test.database.pool.on("acquire", count);
  for (let i = 0; i < 100; i++) await read();
  it.test.database.pool.off("acquire", count);
  expect([taken, it.mirror.requests.length]).toEqual([0, 0]);
});

test("what one server reads anew, another serves within a moment", async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  const before = await other.architecturePackages(version, "x86_64");
  it.mirror.upstream.updatePackage("24.10", "luci", "77.1~abcdef12");
  await it.catalog.refresh({ version: "24.10.5" });
  const mine = await it.catalog.architecturePackages(version, "x86_64");
  expect(mine.value.versions.get("luci")).toBe("77.1~abcdef12");
  expect(mine.changedAt.getTime()).toBeGreaterThan(before.changedAt.getTime());
  await expect
    .poll(async () => (await other.architecturePackages(version, "x86_64")).value.versions.get("luci"))
    .toBe("77.1~abcdef12");
});

test("a server that has missed notices looks everything up again", async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  await other.architecturePackages(version, "x86_64");
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'
  `.execute(it.test.database.kysely);
  it.mirror.upstream.updatePackage("24.10", "luci", "78.1~abcdef12");
  await it.catalog.refresh({ version: "24.10.5" });
  await expect
    .poll(async () => (await other.architecturePackages(version, "x86_64")).value.versions.get("luci"), {
      timeout: 60_000,
    })
    .toBe("78.1~abcdef12");
});

test("an unchanged catalog is refreshed without one body", async () => {
  const version = await it.catalog.version("openwrt", "25.12.1");
  await it.catalog.packages(version, "x86/64");
  await it.catalog.refresh({});
  it.mirror.clearLog();
  const progress: number[] = [];
  const report = await it.catalog.refresh({}, { onProgress: ({ done }) => progress.push(done) });
  expect(report).toMatchObject({ changed: 0, failed: [], bytes: 0 });
  expect(report.unchanged).toBeGreaterThan(5);
  expect(it.mirror.traffic()).toMatchObject({ bodies: 0, bytes: 0, requests: report.unchanged });
  expect(progress).toEqual(progress.map((_, i) => i + 1));
});

test("a scope refreshes what it names, whether or not anybody asked for it before", async () => {
  it.mirror.clearLog();
  const report = await it.catalog.refresh({ distribution: "openwrt", version: "22.03.7", target: "x86/64" });
  expect(report).toMatchObject({ changed: 1, failed: [] });
  expect(it.mirror.traffic("releases/22.03.7/targets/x86/64/profiles.json").requests).toBe(1);
  expect((await it.catalog.resources({ version: "22.03.7" })).map(({ path }) => path)).toContain(
    "releases/22.03.7/.targets.json",
  );
});

test("what was read from one mirror is no condition for another: it is asked for whole, and stays as it is if it is the same", async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  const before = await it.catalog.architecturePackages(version, "x86_64");
  await using moved = await MirrorServer.start();
  moved.upstream.updatePackage("24.10", "luci", "99.1~abcdef12");
  const elsewhere = await it.another({ upstreamUrl: moved.url });
  const served = await elsewhere.architecturePackages(version, "x86_64");
  expect(served.digest).toBe(before.digest);

  const report = await elsewhere.refresh({ distribution: "openwrt" });
  expect(moved.traffic("**").notModified).toBe(0);
  expect(report.unchanged).toBeGreaterThan(report.changed);
  expect((await elsewhere.architecturePackages(version, "x86_64")).value.versions.get("luci")).toBe("99.1~abcdef12");
});

test("who waits for a mirror that hangs hears soon that the server stops, and what is known is served to the end", async () => {
  const stop = new AbortController();
  const stopping = await it.another({ signal: stop.signal });
  const version = await stopping.version("openwrt", "21.02.7");
  it.mirror.misbehave("releases/21.02.7/", "hang");
  const waiting = [stopping.targets(version), stopping.target(version, "x86/64")].map((one) =>
    one.catch((error: unknown) => error),
  );
  await expect.poll(() => it.mirror.traffic("releases/21.02.7/**").requests).toBeGreaterThan(0);
  stop.abort(new Error("SIGTERM"));
  // Not the words of one whose time is over.
  for (const error of await Promise.all(waiting)) {
    expect(error).toMatchObject({ code: "not_loaded", retryAfter: 5, message: "The server is being stopped." });
  }
  await expect(stopping.models(version)).rejects.toMatchObject({ message: "The server is being stopped." });
  expect((await stopping.releases("openwrt")).value.stable?.name).toBe("25.12.1");
});
