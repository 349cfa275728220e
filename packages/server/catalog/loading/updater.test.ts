import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type MirroredCatalog, mirroredCatalog } from "../testing/mirrored-catalog.ts";

let it: MirroredCatalog;
beforeEach(async () => {
  it = await mirroredCatalog({
    settings: { refresh: "1s", index_refresh: "1s", request_timeout: "5s" },
    pause: 300,
  });
});
afterEach(() => it[Symbol.asyncDispose]());

test("a release that is announced is known within the interval, with all that its predecessor's devices asked for", async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  await it.catalog.packages(version, "x86/64");
  it.catalog.start();
  it.mirror.upstream.announce("24.10.6");
  const known = async () => (await it.catalog.releases("openwrt")).value.oldstable?.name;
  await expect.poll(known).toBe("24.10.6");
  const read = async () =>
    (await it.catalog.resources({ version: "24.10.6" })).filter(({ checkedAt }) => checkedAt).map(({ path }) => path);
  await expect
    .poll(read)
    .toEqual(
      expect.arrayContaining([
        "releases/24.10.6/.overview.json",
        "releases/24.10.6/.targets.json",
        "releases/24.10.6/packages/x86_64/luci",
        "releases/24.10.6/targets/x86/64/packages",
        "releases/24.10.6/targets/x86/64/profiles.json",
      ]),
    );
});

test("a release that a client names before it is known here is asked for at once", async () => {
  await it.catalog.releases("openwrt");
  it.mirror.upstream.announce("25.12.2");
  await new Promise((resolve) => setTimeout(resolve, 350));
  expect(await it.catalog.version("openwrt", "25.12.2")).toMatchObject({ branch: "25.12", kind: "release" });
});

test("what was asked for stays fresh, what wasn't for long is left alone, then forgotten", async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  await it.catalog.architecturePackages(version, "x86_64");
  await it.catalog.architecturePackages(version, "mips_24kc");
  await sql`update resource set wanted_at = now() - interval '15 days' where path like '%/mips_24kc/%'`.execute(
    it.test.database.kysely,
  );
  it.mirror.clearLog();
  it.catalog.start();
  await expect.poll(() => it.mirror.traffic("releases/**/x86_64/luci/**").notModified).toBeGreaterThan(1);
  expect(it.mirror.traffic("releases/**/mips_24kc/**").requests).toBe(0);
  expect(it.mirror.traffic().bodies).toBe(0);
});

test("two updaters on one database ask once an interval between them", async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  await it.catalog.packages(version, "x86/64");
  const other = await it.another();
  it.mirror.clearLog();
  const begun = performance.now();
  it.catalog.start();
  other.start();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await expect.poll(() => new Set(it.mirror.requests.map(({ path }) => path)).size).toBeGreaterThan(5);
  const times = new Map<string, number>();
  for (const { path } of it.mirror.requests) times.set(path, (times.get(path) ?? 0) + 1);
  const seconds = (performance.now() - begun) / 1_000;
  expect(Math.max(...times.values())).toBeLessThanOrEqual(seconds + 1);
});

test("a mirror that is down is tried less and less often, and found again when it is back", async () => {
  await it.catalog.releases("openwrt");
  await it.mirror.stop();
  it.catalog.start();
  const trouble = async () => (await it.catalog.releases("openwrt")).trouble?.code ?? null;
  await expect.poll(trouble).toBe("mirror_down");
  await it.mirror.resume();
  await expect.poll(trouble).toBeNull();
});

test("a branch that hangs doesn't keep the others from being fresh", async () => {
  const names = ["24.10.5", "24.10.4", "25.12.1"];
  for (const name of names) await it.catalog.packages(await it.catalog.version("openwrt", name), "x86/64");
  it.mirror.misbehave("releases/24.10.5/", "hang");
  it.mirror.misbehave("releases/packages-24.10/", "hang");
  it.mirror.clearLog();
  it.catalog.start();
  const isFresh = () =>
    it.mirror.traffic("releases/25.12.1/.targets.json").notModified + it.mirror.traffic(".versions.json").notModified;
  await expect.poll(isFresh).toBeGreaterThan(2);
});

test("stops in the middle of its work without leaving leases behind", async () => {
  await it.catalog.packages(await it.catalog.version("openwrt", "25.12.1"), "x86/64");
  it.mirror.misbehave("", "hang");
  it.catalog.start();
  await expect.poll(() => it.mirror.requests.filter(({ status }) => status === null).length).toBeGreaterThan(0);
  await it.catalog[Symbol.asyncDispose]();
  const { rows } = await sql`select path from resource where leased_until is not null`.execute(it.test.database.kysely);
  expect(rows).toEqual([]);
});
