import { expect, test } from "vitest";
import { FEED_NAMES, feedRecords, kmodRecords, limeRecords, targetRecords } from "./feeds.ts";
import { LIME_VERSIONS } from "./other-distributions.ts";
import type { PackageRecord } from "./package.ts";
import { RELEASES, type Release, releaseNamed } from "./releases.ts";
import { defaultPackages, targetNamed } from "./targets.ts";

/** Every release with each of its targets. */
const CASES = RELEASES.flatMap((release) => release.targets.map((target) => [release.name, target] as const));

/** All a target can install; opkg's C library and kernel are in no index. */
function everything(release: Release, name: string): PackageRecord[] {
  const target = targetNamed(name);
  const kmods = release.kmodsApart ? kmodRecords(release, target) : [];
  const feeds = FEED_NAMES.flatMap((feed) => feedRecords(release, feed, target.architecture));
  return [...targetRecords(release, target), ...kmods, ...feeds];
}

function names(release: Release, target: string): Set<string> {
  return new Set(everything(release, target).map(({ baseName }) => baseName));
}

test.each(CASES)("%s, %s: what a package depends on is there", (name, target) => {
  const release = releaseNamed(name);
  const packages = everything(release, target);
  const provided = new Set([...packages.flatMap((record) => [record.name, ...record.provides]), "libc", "kernel"]);
  const missing = packages.flatMap((record) =>
    record.depends
      .map((text) => text.replace(/ .*/, ""))
      .filter((needed) => !provided.has(needed))
      .map((needed) => `${record.name} → ${needed}`),
  );
  expect(missing).toEqual([]);
  expect(new Set(packages.map((record) => record.name)).size).toBe(packages.length);
});

test.each(CASES)("%s, %s: a default image can be built, and no two packages in it conflict", (name, targetName) => {
  const release = releaseNamed(name);
  const target = targetNamed(targetName);
  const packages = new Map(everything(release, targetName).map((record) => [record.baseName, record]));
  const devices = target.profiles.flatMap((profile) => profile.packages).filter((wanted) => !wanted.startsWith("-"));
  const wanted = [...defaultPackages(release), ...target.packages];
  const unknown = [...wanted, ...devices].filter((needed) => !packages.has(needed) && needed !== "libc");
  expect(unknown.filter((needed) => !(needed.startsWith("kmod-") && release.branch < "23.05"))).toEqual([]);
  const conflicts = wanted.flatMap((needed) => packages.get(needed)?.conflicts ?? []);
  expect(conflicts.filter((other) => wanted.includes(other))).toEqual([]);
});

test("there are some 200 packages for each target of today", () => {
  for (const release of RELEASES.filter(({ branch }) => branch >= "23.05")) {
    for (const target of release.targets) expect(everything(release, target).length).toBeGreaterThan(200);
  }
});

test.each([
  ["firewall", "21.02.7", "firewall4", "22.03.7"],
  ["wpad-basic-wolfssl", "22.03.7", "wpad-basic-mbedtls", "23.05.6"],
  ["libustream-wolfssl", "22.03.7", "libustream-mbedtls", "25.12.1"],
  ["luci-app-diag-core", "23.05.6", null, "24.10.5"],
  ["auc", "23.05.6", "owut", "24.10.5"],
  ["luci-app-opkg", "23.05.6", "luci-app-package-manager", "24.10.5"],
  ["luci-i18n-opkg-de", "23.05.6", "luci-i18n-package-manager-de", "24.10.5"],
  ["opkg", "24.10.5", "apk-mbedtls", "25.12.1"],
  ["kmod-nft-nat6", "21.02.7", null, "22.03.7"],
  ["kmod-lib-crc32c", "25.12.1", null, "SNAPSHOT"],
])("%s of %s becomes %s in %s", (old, before, renamed, after) => {
  expect(names(releaseNamed(before), "x86/64")).toContain(old);
  if (renamed) expect(names(releaseNamed(after), "x86/64")).toContain(renamed);
  // Both firewalls and TLS libraries go side by side for a time, as they did upstream.
  if (!["firewall", "wpad-basic-wolfssl"].includes(old))
    expect(names(releaseNamed(after), "x86/64")).not.toContain(old);
});

test.each(CASES.filter(([name]) => !name.startsWith("1")))(
  "%s, %s: versions are of the generation's form",
  (name, target) => {
    const release = releaseNamed(name);
    const form =
      release.generation === "apk" ? /^\d+(\.\d+)*[a-z]?(_(rc|p|git)\d+)*(~[0-9a-f]+)?(-r\d+)?$/ : /^[\w.+~-]+$/;
    const wrong = everything(release, target).filter(({ version }) => !form.test(version));
    expect(wrong.map((record) => `${record.name} ${record.version}`)).toEqual([]);
  },
);

test("Lime adds packages to its parents' releases", () => {
  for (const { parent } of LIME_VERSIONS) {
    expect(limeRecords(releaseNamed(parent), "mips_24kc").map(({ name }) => name)).toContain("lime-system");
  }
});
