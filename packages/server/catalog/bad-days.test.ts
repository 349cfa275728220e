import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type MirroredCatalog, mirroredCatalog } from "./testing/mirrored-catalog.ts";

let it: MirroredCatalog;
beforeEach(async () => {
  it = await mirroredCatalog();
});
afterEach(() => it[Symbol.asyncDispose]());

const of = (name: string) => it.catalog.version("openwrt", name);

test("a mirror that is down from the start is not_loaded with a time to come back, and heals", async () => {
  await it.mirror.stop();
  const error = await it.catalog.releases("openwrt").catch((one: unknown) => one);
  expect(error).toMatchObject({
    code: "not_loaded",
    retryAfter: expect.any(Number),
    fields: { reason: "mirror_down" },
  });
  await it.mirror.resume();
  await expect
    .poll(() =>
      it.catalog.releases("openwrt").then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
});

test("what was read before is served while the mirror is down, with what is wrong since when", async () => {
  const version = await of("24.10.5");
  const before = await it.catalog.architecturePackages(version, "x86_64");
  await it.mirror.stop();
  const report = await it.catalog.refresh({});
  expect(report).toMatchObject({ changed: 0, unchanged: 0, bytes: 0 });
  const during = await it.catalog.architecturePackages(version, "x86_64");
  expect(during.value).toBe(before.value);
  expect(during.trouble).toMatchObject({ code: "mirror_down", upstreamStatus: null, retryAt: expect.any(Date) });
  const { since } = during.trouble ?? {};
  await it.catalog.refresh({});
  expect((await it.catalog.architecturePackages(version, "x86_64")).trouble?.since).toEqual(since);
  for (const state of await it.catalog.resources()) expect(state.trouble?.code, state.path).toBe("mirror_down");

  await it.mirror.resume();
  expect((await it.catalog.refresh({})).failed).toEqual([]);
  expect((await it.catalog.architecturePackages(version, "x86_64")).trouble).toBeNull();
});

test("a feed that could never be read is named, so that nobody takes its packages for gone", async () => {
  it.mirror.misbehave("**/x86_64/luci/**", "html");
  const version = await of("24.10.5");
  const { value, trouble } = await it.catalog.architecturePackages(version, "x86_64");
  expect([value.absent, value.versions.has("luci")]).toEqual([["luci"], false]);
  expect(trouble).not.toBeNull();
  it.mirror.heal();
  await it.catalog.refresh({ distribution: "openwrt" });
  const healed = await it.catalog.architecturePackages(version, "x86_64");
  expect([healed.value.absent, healed.value.versions.has("luci")]).toEqual([undefined, true]);
});

test("a truncated index affects nothing but itself, and its earlier content goes on being served", async () => {
  const version = await of("24.10.5");
  const before = await it.catalog.architecturePackages(version, "x86_64");
  await it.catalog.architecturePackages(version, "mips_24kc");
  it.mirror.upstream.updatePackage("24.10", "luci", "99.1~abcdef12");
  it.mirror.misbehave("**/x86_64/luci/**", "cut");
  const { failed } = await it.catalog.refresh({ distribution: "openwrt" });
  expect(failed.map(({ path }) => path)).toEqual([expect.stringMatching(/x86_64\/luci$/)]);
  const during = await it.catalog.architecturePackages(version, "x86_64");
  expect(during.trouble).not.toBeNull();
  expect(during.value).toBe(before.value);
  const other = await it.catalog.architecturePackages(version, "mips_24kc");
  expect(other.trouble).toBeNull();
  expect(other.value.versions.get("luci")).toBe("99.1~abcdef12");
});

test("an index that was bad from the start is left out, and the rest says so", async () => {
  it.mirror.misbehave("**/x86_64/telephony/**", "html");
  const known = await it.catalog.architecturePackages(await of("24.10.5"), "x86_64");
  expect(known.trouble).toMatchObject({ code: "html_instead", sentence: expect.stringContaining("telephony") });
  expect(known.value.versions.size).toBeGreaterThan(50);
  it.mirror.heal();
  await it.catalog.refresh({});
  const healed = await it.catalog.architecturePackages(await of("24.10.5"), "x86_64");
  expect(healed.trouble).toBeNull();
  expect(healed.value.versions.size).toBeGreaterThan(known.value.versions.size);
});

test("of an index that didn't come this time nobody concludes that its packages are gone", async () => {
  it.mirror.misbehave("**/x86_64/luci/**", { kind: "status", status: 503 });
  const version = await of("24.10.5");
  await expect(it.catalog.architecturePackages(version, "x86_64")).rejects.toMatchObject({
    code: "not_loaded",
    upstreamStatus: 503,
  });
});

test("two branches that hang leave the others as quick as they were", async () => {
  const stop = new AbortController();
  const catalog = await it.another({ signal: stop.signal });
  await catalog.releases("openwrt");
  it.mirror.misbehave("releases/24.10", "hang");
  it.mirror.misbehave("releases/packages-24.10", "hang");
  it.mirror.misbehave("releases/23.05", "hang");
  const version = (name: string) => catalog.version("openwrt", name);
  const hanging = ["24.10.5", "24.10.4", "23.05.6"].map(async (name) => catalog.targets(await version(name)));
  let ended = 0;
  for (const promise of hanging) promise.catch(() => (ended += 1));
  await catalog.packages(await version("25.12.1"), "x86/64");
  expect(ended).toBe(0);
  stop.abort(new Error("SIGTERM"));
  const outcomes = await Promise.allSettled(hanging);
  expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code)).toEqual(
    Array(3).fill("not_loaded"),
  );
});

describe("without keys", () => {
  let unsigned: MirroredCatalog;
  beforeAll(async () => {
    unsigned = await mirroredCatalog({ signed: false });
  });
  afterAll(() => unsigned[Symbol.asyncDispose]());

  test.each([
    ["24.10.5", "html", "html_instead"],
    ["24.10.4", "cut", "truncated"],
    ["25.12.0", "deep-json", "too_deep"],
    ["25.12.1", "hostile-names", "bad_name"],
    ["23.05.6", "invalid-utf8", "not_utf8"],
    ["22.03.7", "redirect-loop", "redirect_refused"],
  ] as const)("a profiles.json of %s that is %s is refused as upstream's fault", async (name, fault, reason) => {
    const { catalog, mirror } = unsigned;
    const version = await catalog.version("openwrt", name);
    mirror.misbehave(`releases/${name}/targets/x86/64/profiles.json`, fault);
    await expect(catalog.target(version, "x86/64")).rejects.toMatchObject({
      code: "upstream_refused",
      fields: { reason },
    });
    expect(await catalog.target(version, "ath79/generic")).toMatchObject({ trouble: null, trust: "unchecked" });
  });

  test("files that name nothing any more, or next to nothing, don't replace those of before", async () => {
    const { catalog, mirror } = unsigned;
    const version = await catalog.version("openwrt", "21.02.7");
    const ask = () =>
      Promise.all([
        catalog.targets(version),
        catalog.models(version),
        catalog.target(version, "x86/64"),
        catalog.architecturePackages(version, "x86_64"),
        catalog.targetPackages(version, "x86/64"),
      ]);
    const before = await ask();
    const folder = "releases/21.02.7";
    const profiles = JSON.stringify({ arch_packages: "x86_64", profiles: {} });
    mirror.misbehave(`${folder}/.targets.json`, { kind: "body", body: "{}" });
    mirror.misbehave(`${folder}/.overview.json`, { kind: "body", body: '{"profiles":[]}' });
    mirror.misbehave(`${folder}/targets/x86/64/profiles.json`, { kind: "body", body: profiles });
    mirror.misbehave(`**/x86_64/feeds.conf`, { kind: "body", body: "" });
    mirror.misbehave(`**/x86_64/luci/Packages.gz`, { kind: "body", body: "" });
    mirror.misbehave(`**/x86_64/base/Packages.gz`, { kind: "body", body: "Package: a\nVersion: 1\n\n" });
    const { failed } = await catalog.refresh({ version: "21.02.7" });
    expect(failed.map(({ path, trouble }) => `${path} ${trouble?.code}: ${trouble?.sentence}`).sort()).toEqual(
      [
        /\.overview\.json bad_index: .* no model any more, where it named \d+\.$/,
        /\.targets\.json bad_index: .* no target any more, where it named 2\.$/,
        /x86_64\/base bad_index: .* names 1 package, where it named \d+: less than a tenth is left\.$/,
        /feeds\.conf bad_index: .* no feed beside base any more, where it named 4\.$/,
        /x86_64\/luci bad_index: .* no package any more, where it named \d+\.$/,
        /profiles\.json bad_index: .* no profile any more, where it named 1\.$/,
      ].map((pattern) => expect.stringMatching(pattern)),
    );
    const during = await ask();
    expect(during.map(({ digest }) => digest)).toEqual(before.map(({ digest }) => digest));
    expect(during.slice(0, 4).map(({ trouble }) => trouble?.code)).toEqual(Array(4).fill("bad_index"));

    mirror.heal();
    expect((await catalog.refresh({ version: "21.02.7" })).failed).toEqual([]);
    expect((await ask()).map(({ trouble }) => trouble)).toEqual(Array(5).fill(null));
  });

  test("a package of an odd name is left out of its feed, which is in no trouble for it", async () => {
    const { catalog, mirror } = unsigned;
    const version = await catalog.version("openwrt", "21.02.7");
    const text = "Package: good\nVersion: 1\n\nPackage: not so good\nVersion: 1\n\n";
    mirror.misbehave("**/mips_24kc/luci/Packages.gz", { kind: "body", body: text });
    const known = await catalog.architecturePackages(version, "mips_24kc");
    expect(known.trouble).toBeNull();
    expect([known.value.versions.get("good"), known.value.versions.has("not so good")]).toEqual(["1", false]);
  });
});

test("a signature that is wrong leaves the data of before", async () => {
  const version = await of("25.12.1");
  const before = await it.catalog.targetPackages(version, "x86/64");
  it.mirror.upstream.updatePackage("25.12", "luci", "99.1");
  it.mirror.misbehave("**/packages.adb", "wrong-signature");
  it.mirror.misbehave("**/profiles.json", "altered");
  await it.catalog.refresh({ version: "25.12.1" });
  const during = await it.catalog.targetPackages(version, "x86/64");
  expect(during.value).toBe(before.value);
  expect(during.trust).toBe("verified");
  expect(during.trouble?.code).toMatch(/signature_wrong|hash_mismatch/);
});

test("a list from which all releases have vanished isn't believed", async () => {
  await of("24.10.5");
  it.mirror.put(".versions.json", '{"stable_version":"","versions_list":[]}');
  await it.catalog.refresh({});
  const { value, trouble } = await it.catalog.releases("openwrt");
  expect(value.stable?.name).toBe("25.12.1");
  expect(trouble).toMatchObject({ code: "bad_index", sentence: expect.stringContaining("names no release any more") });
});

test("a snapshot's modules are looked for where the newest kernel has them, and no longer where the old had", async () => {
  const version = await of("SNAPSHOT");
  const before = await it.catalog.targetPackages(version, "x86/64");
  it.mirror.upstream.advanceSnapshot();
  await it.catalog.refresh({});
  const after = await it.catalog.targetPackages(version, "x86/64");
  expect(after.trouble).toBeNull();
  expect(after.digest).not.toBe(before.digest);
  const kmods = (await it.catalog.resources()).filter(({ path }) => path.includes("/kmods/"));
  expect(kmods.filter(({ trouble }) => trouble === null)).toHaveLength(1);
  const { rows } = await it.test.database.pool.query("select path from resource where wanted_at = 'epoch'");
  expect(rows).toHaveLength(1);
});

describe("names nobody has", () => {
  test("a target is unknown once upstream has been asked, which isn't asked for each", async () => {
    const version = await of("24.10.5");
    await it.catalog.targets(version);
    it.mirror.clearLog();
    for (let i = 0; i < 20; i++) {
      await expect(it.catalog.target(version, `no/such${i}`)).rejects.toMatchObject({
        code: "unknown_target",
        upstreamStatus: 404,
      });
    }
    expect(it.mirror.traffic().requests).toBeLessThanOrEqual(2);
    for (const name of ["../../etc/passwd", "a/b/c", "a/..", "", "x86/64\n"]) {
      await expect(it.catalog.target(version, name)).rejects.toMatchObject({ code: "unknown_target" });
    }
    expect((await it.catalog.resources()).filter(({ kind }) => kind === "target")).toEqual([]);
  });

  test("an architecture, a version and a distribution", async () => {
    const version = await of("24.10.5");
    await expect(it.catalog.architecturePackages(version, "riscv64")).rejects.toMatchObject({
      code: "unknown_architecture",
    });
    await expect(it.catalog.architecturePackages(version, "../x86_64")).rejects.toMatchObject({
      code: "unknown_architecture",
    });
    await expect(of("24.10.99")).rejects.toMatchObject({ code: "unknown_version" });
    await expect(it.catalog.version("debian", "12")).rejects.toMatchObject({ code: "unknown_distribution" });
  });

  test("a target that is listed and not there leaves no row, and is there once it is", async () => {
    const version = await of("24.10.5");
    it.mirror.misbehave("releases/24.10.5/targets/x86/64/", { kind: "status", status: 404 });
    await expect(it.catalog.target(version, "x86/64")).rejects.toMatchObject({
      code: "unknown_target",
      upstreamStatus: 404,
    });
    expect((await it.catalog.resources()).filter(({ kind }) => kind === "target")).toEqual([]);
    it.mirror.heal();
    await expect
      .poll(() => it.catalog.target(version, "x86/64").then(({ value }) => value.name, String))
      .toBe("x86/64");
  });
});

describe("waiting", () => {
  let slow: MirroredCatalog;
  beforeAll(async () => {
    slow = await mirroredCatalog({ settings: { load_timeout: "300ms", request_timeout: "5s" } });
  });
  afterAll(() => slow[Symbol.asyncDispose]());

  test("ends in time, while the reading goes on for who comes next", async () => {
    await slow.catalog.releases("openwrt");
    slow.mirror.misbehave("releases/24.10.5/.targets.json", { kind: "slow", bytesPerSecond: 120 });
    const version = await slow.catalog.version("openwrt", "24.10.5");
    const begun = performance.now();
    await expect(slow.catalog.targets(version)).rejects.toMatchObject({ code: "not_loaded", retryAfter: 5 });
    expect(performance.now() - begun).toBeLessThan(4_000);
    slow.mirror.heal();
    await expect
      .poll(() =>
        slow.catalog.targets(version).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    expect(slow.mirror.traffic("releases/24.10.5/.targets.json").requests).toBe(1);
  });

  test("ends when the asker goes away", async () => {
    slow.mirror.misbehave("releases/23.05.6/.targets.json", "hang");
    const version = await slow.catalog.version("openwrt", "23.05.6");
    const reason = new Error("gone");
    await expect(slow.catalog.targets(version, AbortSignal.abort(reason))).rejects.toBe(reason);
    const asker = new AbortController();
    const waiting = slow.catalog.targets(version, asker.signal);
    asker.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    slow.mirror.heal();
  });
});
