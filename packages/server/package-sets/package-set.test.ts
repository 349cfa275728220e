import { describe, expect, test } from "vitest";
import type { Package } from "../catalog/types.ts";
import { lookupIn } from "./lookup.ts";
import { type Choice, packageSet } from "./package-set.ts";

const one = (name: string, more: Partial<Package> = {}): Package => ({
  name,
  version: "1",
  feed: "base",
  description: null,
  size: 10,
  installedSize: 20,
  depends: [],
  conflicts: [],
  provides: [],
  abi: null,
  ...more,
});

const PACKAGES = [
  one("base-files", { depends: ["libc"] }),
  one("dnsmasq", { depends: ["libc", "libubus20240101"] }),
  one("dnsmasq-full", { depends: ["libubus"], conflicts: ["dnsmasq"], provides: ["dnsmasq"], size: 30 }),
  one("ip-full", { provides: ["ip"] }),
  one("ip-tiny", { provides: ["ip"] }),
  one("libc"),
  one("libubus", { abi: "20240101", depends: ["libc"], size: 5 }),
  one("luci", { depends: ["luci-light>=1", "web-server|uhttpd"] }),
  one("luci-light", { depends: ["luci"] }),
  one("other-dns", { conflicts: ["dnsmasq"] }),
  one("ppp", { depends: ["kernel=6.6.1", "no-such-library"] }),
  one("uhttpd", { provides: ["web-server=1"], size: null }),
  one("vpn", { depends: ["ip", "no-such-library"] }),
].sort((a, b) => (a.name < b.name ? -1 : 1));

const lookup = lookupIn(PACKAGES);
const setOf = (choice: Partial<Choice>) =>
  packageSet(lookup, { brought: ["dnsmasq", "base-files"], asked: [], only: false, generation: "opkg", ...choice });
const names = (choice: Partial<Choice>) => setOf(choice).items.map(({ one: { name } }) => name);
const OWN = ["base-files", "dnsmasq", "libc", "libubus"];

describe("a choice of packages comes to", () => {
  test.each<[string, Partial<Choice>, string[]]>([
    ["what the device has anyway, with all that depends on, where nothing is asked", {}, OWN],
    [
      "more with what is asked, and what that needs, also in a ring",
      { asked: ["luci"] },
      [...OWN, "luci", "luci-light", "uhttpd"],
    ],
    ["less without what is left out, and what only that needed", { asked: ["-dnsmasq"] }, ["base-files", "libc"]],
    [
      "only what is asked and is in every image, where that is all there should be",
      { asked: ["ip-tiny"], only: true },
      ["base-files", "ip-tiny", "libc"],
    ],
    ["nothing of what the profile takes off", { brought: ["dnsmasq", "ip-tiny", "-ip-tiny"] }, OWN],
    [
      "what is left out all the same, where something needs it",
      { brought: ["luci"], asked: ["-uhttpd"] },
      ["base-files", "libc", "luci", "luci-light", "uhttpd"],
    ],
    [
      "the first that provides what is needed",
      { brought: [], asked: ["vpn"] },
      ["base-files", "ip-full", "libc", "vpn"],
    ],
    [
      "what provides it and is there already",
      { brought: ["ip-tiny"], asked: ["vpn"] },
      ["base-files", "ip-tiny", "libc", "vpn"],
    ],
    [
      "the package that provides what is asked",
      { brought: [], asked: ["web-server"] },
      ["base-files", "libc", "uhttpd"],
    ],
    ["the package of an ABI's name", { brought: [], asked: ["libubus20240101"] }, ["base-files", "libc", "libubus"]],
  ])("%s", (_, choice, expected) => expect(names(choice)).toEqual(expected.sort()));
});

test("it says what comes and goes by what was asked, and why something is there", () => {
  const { items, removed } = setOf({ asked: ["luci", "-dnsmasq"] });
  const added = items.filter(({ isAdded }) => isAdded).map(({ one: { name }, neededBy }) => [name, neededBy]);
  expect(added).toEqual([
    ["luci", null],
    ["luci-light", "luci"],
    ["uhttpd", "luci"],
  ]);
  expect(removed.map(({ name }) => name)).toEqual(["dnsmasq", "libubus"]);
});

test("sizes are sums, and one that isn't known counts nothing", () => {
  const { total, own } = setOf({ asked: ["luci"] });
  expect(own).toEqual({ size: 35, installedSize: 80 });
  expect(total).toEqual({ size: 55, installedSize: 140 });
});

test("what nobody has is named once, with who needs it first; the kernel is in every image", () => {
  expect(setOf({ asked: ["ppp", "vpn", "nothing"] }).missing).toEqual([
    { name: "nothing", neededBy: null },
    { name: "no-such-library", neededBy: "ppp" },
  ]);
});

test("two that exclude each other are both there, and said", () => {
  const set = setOf({ asked: ["dnsmasq-full"] });
  expect(set.conflicts).toEqual([{ name: "dnsmasq", with: "dnsmasq-full" }]);
  expect(setOf({ asked: ["dnsmasq-full", "-dnsmasq"] }).conflicts).toEqual([]);
});

test("with apk, what provides a name of the list comes instead of what is called so and can't be there with it", () => {
  const set = setOf({ asked: ["dnsmasq-full"], generation: "apk" });
  expect(set.conflicts).toEqual([]);
  expect(set.removed.map(({ name }) => name)).toEqual(["dnsmasq"]);
  expect(names({ asked: ["dnsmasq-full"], generation: "apk" })).toEqual([
    "base-files",
    "dnsmasq-full",
    "libc",
    "libubus",
  ]);
  // By whatever name it goes: only what doesn't provide the other's name is in its way.
  expect(setOf({ asked: ["other-dns"], generation: "apk" }).conflicts).toEqual([
    { name: "dnsmasq", with: "other-dns" },
  ]);
});

test("every package is found by its name", () => {
  for (const { name } of PACKAGES) expect(lookup.named(name)?.name).toBe(name);
  expect([lookup.named(""), lookup.named("zzz"), lookup.named("dnsmasq-"), lookupIn([]).named("a")]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
