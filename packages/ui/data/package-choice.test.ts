import { expect, test } from "vitest";
import {
  chosenPackages,
  comesAlong,
  defaultPackages,
  type Effect,
  effectOf,
  keptAllTheSame,
  loserOf,
  type PackageSet,
  roomOf,
} from "./package-choice.ts";

const item = (name: string, size: number | null, needed_by: string | null, added: boolean) => ({
  name,
  version: "1",
  size,
  installed_size: size,
  needed_by,
  added,
});
const sizes = (size: number) => ({ size, installed_size: size });
const nobodySays = { limit: null, upstream_size: null, expected_size: null };
const set = {
  items: [item("base-files", 10, null, false), item("luci", 5, null, true), item("uhttpd", 40, "luci", true)],
  removed: [item("ppp", 100, null, false)],
  unknown: ["foo"],
  missing: [],
  conflicts: [],
  total: sizes(55),
  own: sizes(110),
  image: nobodySays,
} as unknown as PackageSet;

test("each chosen package has its size, also one that is left out, and none that isn't there", () => {
  expect(chosenPackages(["luci", "-ppp", "foo"], set)).toEqual([
    { name: "luci", isLeftOut: false, size: 5, isUnknown: false },
    { name: "ppp", isLeftOut: true, size: 100, isUnknown: false },
    { name: "foo", isLeftOut: false, size: null, isUnknown: true },
  ]);
  expect(chosenPackages(["luci"], undefined)).toEqual([
    { name: "luci", isLeftOut: false, size: null, isUnknown: false },
  ]);
});

test("what comes along is what was added and nobody wrote down", () => {
  expect(comesAlong(["luci"], set).map(({ name }) => name)).toEqual(["uhttpd"]);
});

const same = { ...set, items: [item("base-files", 10, null, false)], total: sizes(110) } as PackageSet;
test.each<[string, string[], PackageSet, Effect]>([
  ["nothing, where nothing was chosen", [], same, { kind: "nothing-chosen" }],
  ["nothing, where the device has it", ["base-files"], same, { kind: "anyway" }],
  ["nothing, where nobody has it: it isn't in the image anyway", ["foo"], same, { kind: "none" }],
  ["nothing, where what was left out is needed", ["-base-files"], same, { kind: "none" }],
  ["less room", ["luci", "-ppp"], set, { kind: "saves", bytes: 55 }],
  ["more room", ["luci"], { ...set, own: sizes(10) }, { kind: "takes", bytes: 45, count: 2 }],
  [
    "more packages, whose size nobody says",
    ["luci"],
    { ...set, own: sizes(55) },
    { kind: "takes", bytes: 0, count: 2 },
  ],
])("a choice takes %s", (_, packages, of, effect) => expect(effectOf(packages, of)).toEqual(effect));

test("what was left out and something needs is known, with what needs it", () => {
  const kept = keptAllTheSame(["luci", "-uhttpd", "-ppp"], set);
  expect(kept.map(({ name, needed_by }) => [name, needed_by])).toEqual([["uhttpd", "luci"]]);
});

test("a device's own list takes off what its target's has", () => {
  const target = { default_packages: ["wpad-basic", "base-files", "ath10k"] };
  expect(defaultPackages(target, { device_packages: ["-ath10k", "kmod-usb"] })).toEqual([
    "base-files",
    "kmod-usb",
    "wpad-basic",
  ]);
});

test.each([
  [
    { limit: 100, upstream_size: 50, expected_size: 70 },
    { kind: "limited", used: 70, limit: 100 },
  ],
  [
    { limit: null, upstream_size: 50, expected_size: 70 },
    { kind: "size", used: 70 },
  ],
  [
    { limit: 100, upstream_size: null, expected_size: null },
    { kind: "difference", bytes: -55 },
  ],
  [nobodySays, { kind: "difference", bytes: -55 }],
])("as much is said of the room as is known: %o", (image, room) => expect(roomOf({ ...set, image })).toEqual(room));

test("of two that can't be together, the device's own goes, or the one that was asked for first", () => {
  const pair = { name: "dnsmasq", with: "dnsmasq-full" };
  expect(loserOf(pair, ["luci", "dnsmasq-full"])).toEqual({ name: "dnsmasq", isAsked: false });
  expect(loserOf(pair, ["dnsmasq-full", "dnsmasq"])).toEqual({ name: "dnsmasq-full", isAsked: true });
});
