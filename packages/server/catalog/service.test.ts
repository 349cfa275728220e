import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type MirroredCatalog, mirroredCatalog } from "./testing/mirrored-catalog.ts";

let it: MirroredCatalog;
beforeAll(async () => {
  it = await mirroredCatalog();
});
afterAll(() => it[Symbol.asyncDispose]());
afterEach(() => it.mirror.reset());

describe("reads", () => {
  test("the releases, from upstream's list", async () => {
    const { value, trust, trouble } = await it.catalog.releases("openwrt");
    expect([value.stable?.name, value.oldstable?.name, value.upcoming?.name]).toEqual([
      "25.12.1",
      "24.10.5",
      "26.05.0-rc1",
    ]);
    expect(value.branches.map(({ name }) => name)).toEqual([
      "SNAPSHOT",
      "26.05",
      "25.12",
      "24.10",
      "23.05",
      "22.03",
      "21.02",
    ]);
    expect([trust, trouble]).toEqual(["unsigned", null]);
  });

  test.each(["24.10.5", "25.12.1", "SNAPSHOT", "23.05.6", "21.02.7"])(
    "a target of %s with its packages",
    async (name) => {
      const version = await it.catalog.version("openwrt", name);
      const targets = await it.catalog.targets(version);
      expect(targets.value.get("ath79/generic")).toBe("mips_24kc");
      const target = await it.catalog.target(version, "ath79/generic");
      expect(target).toMatchObject({ trust: "verified", trouble: null });
      expect(target.value.profiles.size).toBeGreaterThan(1);
      const models = await it.catalog.models(version);
      expect(models.value.length).toBeGreaterThan(1);
      const shared = await it.catalog.architecturePackages(version, "mips_24kc");
      expect(shared.value.versions.has("luci")).toBe(true);
      expect(shared.value.generation).toBe(name.startsWith("2") && name < "25" ? "opkg" : "apk");
      expect(shared.value.abiNames.size).toBeGreaterThan(0);
      const own = await it.catalog.targetPackages(version, "ath79/generic");
      expect([...own.value.versions.keys()].some((one) => one.startsWith("kmod-"))).toBe(true);
      const all = await it.catalog.packages(version, "ath79/generic");
      expect(all.value.length).toBe(new Set([...shared.value.versions.keys(), ...own.value.versions.keys()]).size);
      expect(all.value.find((one) => one.name === "luci")).toMatchObject({
        feed: "luci",
        version: shared.value.versions.get("luci"),
      });
    },
  );
});
