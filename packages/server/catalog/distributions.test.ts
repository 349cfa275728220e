import { afterAll, beforeAll, expect, test } from "vitest";
import { type MirroredCatalog, mirroredCatalog } from "./testing/mirrored-catalog.ts";

let it: MirroredCatalog;
beforeAll(async () => {
  const mirror = await mirroredCatalog();
  const { url } = mirror.mirror;
  await mirror[Symbol.asyncDispose]();
  // The same port again: repositories are whole addresses.
  it = await mirroredCatalog({
    port: Number(new URL(url).port),
    distributions: {
      juno: {
        title: "Juno",
        upstream_url: `${url}/juno`,
        versions: ["3.1.0", "3.0.2"],
        branches: { "3.0": { enabled: false } },
      },
      lime: {
        enabled: true,
        parent: { distribution: "openwrt", version: "24.10.5" },
        versions: ["2024.1"],
        stable_version: "2024.1",
        repositories: [`${url}/lime/{version}/{arch}`],
      },
    },
  });
});
afterAll(() => it[Symbol.asyncDispose]());

test("a distribution without a list of versions has those that are declared", async () => {
  const { value, trouble } = await it.catalog.releases("juno");
  expect(value.versions.map(({ name, path }) => [name, path])).toEqual([["3.1.0", "releases/3.1.0"]]);
  expect(value.stable?.name).toBe("3.1.0");
  expect(trouble).toBeNull();
  const version = await it.catalog.version("juno", "3.1.0");
  expect((await it.catalog.packages(version, "x86/64")).value.length).toBeGreaterThan(50);
  await expect(it.catalog.version("juno", "3.0.2")).rejects.toMatchObject({
    code: "unknown_version",
    message: expect.stringContaining("disabled"),
  });
});

test("a distribution with a parent has the parent's targets and packages, and its own feeds on top", async () => {
  const { value } = await it.catalog.releases("lime");
  expect(value.stable).toMatchObject({ name: "2024.1", distribution: "lime", path: "releases/24.10.5" });
  const version = await it.catalog.version("lime", "2024.1");
  const parent = await it.catalog.version("openwrt", "24.10.5");
  expect((await it.catalog.targets(version)).value).toEqual((await it.catalog.targets(parent)).value);
  expect((await it.catalog.target(version, "x86/64")).value.name).toBe("x86/64");
  const own = await it.catalog.architecturePackages(version, "x86_64");
  const theirs = await it.catalog.architecturePackages(parent, "x86_64");
  expect(own.value.versions.get("lime-system")).toBe("2024.1-r1");
  expect(theirs.value.versions.has("lime-system")).toBe(false);
  expect(own.value.versions.get("luci")).toBe(theirs.value.versions.get("luci"));
  const { value: packages } = await it.catalog.packages(version, "x86/64");
  expect(packages.find(({ name }) => name === "lime-app")).toMatchObject({
    version: "0.2.33-r1",
    depends: expect.arrayContaining(["rpcd"]),
  });
  const kept = await it.catalog.resources({ distribution: "lime" });
  expect(kept.map(({ kind, version: of }) => [kind, of])).toEqual([["index", "2024.1"]]);
});

test("LEDE's devices are offered OpenWrt's versions, which are read once", async () => {
  await it.catalog.releases("openwrt");
  it.mirror.clearLog();
  const { value } = await it.catalog.releases("lede");
  expect(value.stable).toMatchObject({ distribution: "lede", name: "25.12.1" });
  const version = await it.catalog.version("lede", "25.12.1");
  await it.catalog.targets(version);
  await it.catalog.targets(await it.catalog.version("openwrt", "25.12.1"));
  expect(it.mirror.traffic(".versions.json").requests).toBe(0);
  expect(it.mirror.traffic("releases/25.12.1/.targets.json").requests).toBe(1);
  expect(it.catalog.distribution("lede").startingPoints.map(({ version: name }) => name)).toContain("17.01.4");
});

test("the first fill reads versions, targets and models of all that can be built, and no packages", async () => {
  await it.catalog.fill({ targets: [] });
  it.mirror.clearLog();
  const seen: string[] = [];
  const again = await it.catalog.fill({ onProgress: ({ path, done, total }) => seen.push(`${done}/${total} ${path}`) });
  expect(again).toMatchObject({ changed: 0, bytes: 0 });
  const openwrt = await it.catalog.releases("openwrt");
  const read = (await it.catalog.resources({ distribution: "openwrt" })).filter(
    ({ kind, checkedAt }) => kind === "models" && checkedAt,
  );
  const there = openwrt.value.versions.filter(({ name }) => !name.endsWith("-SNAPSHOT") || name === "24.10-SNAPSHOT");
  expect(read.map(({ version }) => version).sort()).toEqual(there.map(({ name }) => name).sort());
  expect(seen.at(-1)).toMatch(/^(\d+)\/\1 /);
  // Nobody has named branches' snapshots that upstream hasn't got: that they aren't there is no trouble.
  expect(again.failed).toEqual([]);
});

test("package names are counted over all that was read", async () => {
  expect(await it.catalog.countPackageNames()).toBeGreaterThan(100);
});
