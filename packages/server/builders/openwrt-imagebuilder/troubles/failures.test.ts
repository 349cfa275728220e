import { expect, test } from "vitest";
import type { FetchFailure } from "../../../worker/proxy/types.ts";
import type { Repository } from "../repositories.ts";
import { feedReports } from "./feed-reports.ts";
import { imageFailure, tooBig } from "./image-failure.ts";
import { packageFailure } from "./package-failure.ts";
import type { PackageTrouble } from "./types.ts";

const luci: Repository = { name: "luci", url: "https://d.example/luci", from: "archive" };
const mine: Repository = { name: "mine", url: "https://m.example/feed", from: "request" };
const absent: FetchFailure = { url: `${luci.url}/packages.adb`, status: 404, reason: "d.example answers 404." };
const down: FetchFailure = { url: `${luci.url}/packages.adb`, status: null, reason: "d.example doesn't answer." };
const missing: PackageTrouble = { kind: "missing", name: "luci-ssl", requiredBy: [], note: null };

test("a package that isn't there is a permanent failure that names it and who wants it", () => {
  const failure = packageFailure([{ ...missing, name: "lib", requiredBy: ["a", "b"] }], []);
  expect(failure).toMatchObject({
    code: "missing_package",
    isPassing: false,
    message: "There is no package lib, which a and b need.",
    culprits: [{ kind: "package", name: "lib", with: ["a", "b"] }],
  });
});

test("a package that isn't there while the mirror doesn't give a feed passes, and names the feed", () => {
  for (const failure of [down, absent]) {
    const error = packageFailure([missing], feedReports([], [failure], [luci, mine]));
    expect(error).toMatchObject({
      code: "mirror_failed",
      isPassing: true,
      culprits: [{ kind: "mirror", name: "luci" }],
    });
    expect(error?.message).toContain("luci-ssl");
  }
});

test("a package that isn't there while a repository of the request has no list is the request's fault", () => {
  const feeds = feedReports([], [{ ...absent, url: `${mine.url}/Packages.gz` }], [luci, mine]);
  expect(packageFailure([missing], feeds)).toMatchObject({
    code: "missing_package",
    isPassing: false,
    message: "There is no package luci-ssl. The feed mine (https://m.example/feed) has no list of packages.",
    culprits: [
      { kind: "package", name: "luci-ssl" },
      { kind: "repository", name: "mine" },
    ],
  });
  const untrusted = feedReports([{ url: mine.url, reason: "untrusted" }], [], [luci, mine]);
  expect(packageFailure([missing], untrusted)).toMatchObject({ code: "missing_package", isPassing: false });
});

test("a list that broke off and came whole the second time is no trouble", () => {
  const broken: FetchFailure = { ...down, status: 200, reason: "it broke off" };
  expect(feedReports([], [broken], [luci])).toEqual([]);
  expect(feedReports([{ url: luci.url, reason: "damaged" }], [broken], [luci])).toMatchObject([
    { reason: "unreachable" },
  ]);
});

test("a list that may be an earlier one is said, and isn't blamed for what lacks", () => {
  const feeds = feedReports([], [{ ...down, servedStale: true }], [luci]);
  expect(feeds).toMatchObject([
    {
      reason: "stale",
      fact: expect.stringContaining("couldn't be asked for its newest list, so an earlier one was used"),
    },
  ]);
  expect(packageFailure([missing], feeds)).toMatchObject({ code: "missing_package", isPassing: false });
});

test("what was asked of the mirror and isn't a list of packages says nothing of a feed", () => {
  expect(feedReports([], [{ ...absent, url: `${luci.url}/Packages.sig` }], [luci])).toEqual([]);
});

test.each<[PackageTrouble[], string, boolean]>([
  [[{ kind: "conflict", name: "a", with: ["b"] }], "conflicting_packages", false],
  [[{ kind: "clash", name: "a", with: "b", file: "/etc/c" }], "broken_package", false],
  [[{ kind: "script", name: "a", exitCode: 3 }], "broken_package", false],
  [[{ kind: "version", name: "a", wanted: "=9", found: "1", requiredBy: [] }], "wrong_package_version", false],
  [[{ kind: "version", name: "a", wanted: ">= 9", found: null, requiredBy: ["b"] }], "missing_package", false],
  [[{ kind: "conflict", name: "a", with: ["b"] }, missing], "missing_package", false],
  [[{ kind: "fetch", name: "a", reason: "absent" }], "mirror_failed", true],
  [[{ kind: "fetch", name: "a", reason: "damaged" }], "mirror_failed", true],
  [[{ kind: "disk", name: "a" }], "worker_failed", true],
])("troubles %j are %s", (troubles, code, isPassing) => {
  expect(packageFailure(troubles, [])).toMatchObject({ code, isPassing });
});

test("a conflict that is told from both sides is said once", () => {
  const [one, other, third] = [
    ["a", "b"],
    ["b", "a"],
    ["c", "a"],
  ].map(([name = "", other = ""]): PackageTrouble => ({ kind: "conflict", name, with: [other] })) as [
    PackageTrouble,
    PackageTrouble,
    PackageTrouble,
  ];
  const failure = packageFailure([one, other, third], []);
  expect(failure?.message).toBe("a can't be together with b. c can't be together with a.");
  expect(failure?.culprits.map(({ name }) => name)).toEqual(["a", "c"]);
});

const TOO_BIG =
  "    WARNING: Image file /builder/tmp/openwrt-x-squashfs-sysupgrade.bin is too big: 25427972 > 16384000";

// imagebuilder §9
test.each([
  [TOO_BIG, "The image openwrt-x-squashfs-sysupgrade.bin has 24.3 MiB, and x has room for 15.6 MiB."],
  ["WARNING: Image file /t/x.bin is too big: > 7864320", "The image x.bin is larger, and x has room for 7.5 MiB."],
  ["WARNING: Image file /t/x.bin is too big", "The image x.bin is larger than x has room for."],
  ["[mktplinkfw] *** error: images are too big by 9507129 bytes", "The image is 9.1 MiB larger than x has room for."],
  [
    "error: ext4_allocate_best_fit_partial: failed to allocate 2048 blocks, out of space?",
    "The packages don't fit into the root file system of x: leave some out, or ask for a larger one.",
  ],
])("finds the size that doesn't fit in %s", (line, sentence) => {
  expect(tooBig(["a", line, "b"], "x")).toMatchObject({ code: "too_big", message: sentence });
});

// imagebuilder §8, §9
test.each([
  ['Profile "x" does not exist!', "unknown_profile"],
  ['Filesystem "ext4" is not available!\nAvailable filesystems: squashfs', "unsupported_filesystem"],
  ["Build dependency: Please install 'unzip'\n\nPrerequisite check failed. Use FORCE=1 to override.", "worker_failed"],
  ["cp: error writing '/output/x.bin': No space left on device", "worker_failed"],
  [" * opkg_conf_load: Could not lock /b/tmp/opkg.lock: Resource temporarily unavailable.", "worker_failed"],
  ["ERROR: Failed to open apk database: Resource temporarily unavailable", "worker_failed"],
  ["make[3]: *** No rule to make target '/b/kdir/acme_x-kernel.bin', needed by '/b/x.bin'.  Stop.", "unknown_profile"],
  ["something else\nmake[1]: *** [Makefile:1: x] Error 1", "build_failed"],
])("make image that says %j has failed with %s", (text, code) => {
  const failure = imageFailure({ code: 2, stdout: [], stderr: text.split("\n") }, "x");
  expect(failure.code).toBe(code);
  expect(failure.message).not.toBe("");
});

test("a failure that nobody knows says what was printed last, without make's own lines", () => {
  const stderr = [
    "first",
    "the reason",
    "make[1]: *** [Makefile:1: x] Error 1",
    "make: *** [Makefile:2: image] Error 2",
  ];
  expect(imageFailure({ code: 2, stdout: [], stderr }, "x").message).toBe("make failed with 2: first / the reason");
});
