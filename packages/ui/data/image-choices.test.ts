import { expect, test } from "vitest";
import {
  choicesOf,
  type ImageChoices,
  packageNames,
  pastedNames,
  queryOf,
  withoutPackage,
  withPackage,
} from "./image-choices.ts";

const NOTHING: ImageChoices = {
  distribution: null,
  version: null,
  target: null,
  profile: null,
  packages: [],
  filesystem: null,
  rootfsSizeMb: null,
  build: null,
};

const throughTheAddress = (choices: ImageChoices) => choicesOf(new URLSearchParams(queryOf(choices)));

test("all choices come back from the address they make", () => {
  const choices: ImageChoices = {
    distribution: "openwrt",
    version: "25.12.1",
    target: "ath79/generic",
    profile: "tplink_archer-c7-v2",
    packages: ["luci", "-ppp", "libstdc++", "luci-i18n-zh-cn"],
    filesystem: "jffs2-nand",
    rootfsSizeMb: 256,
    build: "01k9",
  };
  expect(throughTheAddress(choices)).toEqual(choices);
  expect(throughTheAddress(NOTHING)).toEqual(NOTHING);
});

test.each([
  ["a target without a profile", "target=ath79/generic", {}],
  ["a profile without a target", "profile=x", {}],
  ["what no name is like", "version=../../etc&distribution=<b>&build=a/b&target=a/b/c&profile=d", {}],
  ["no file system there is", "filesystem=ntfs", {}],
  ["a size that is none", "rootfs=lots", {}],
  ["a size that no image has, which has to be said", "rootfs=-5", { rootfsSizeMb: -5 }],
  ["packages that are none", "packages=luci+%3Cimg%3E+a%2Fb+tcpdump", { packages: ["luci", "tcpdump"] }],
])("an address with %s is taken as far as it can be meant", (_, query, expected) => {
  expect(choicesOf(new URLSearchParams(query))).toEqual({ ...NOTHING, ...expected });
});

test("a pasted list becomes names, each once, and the last word about one counts", () => {
  expect(packageNames("luci, tcpdump\n  -ppp +htop luci ppp")).toEqual(["tcpdump", "htop", "luci", "ppp"]);
  expect(packageNames("a ".repeat(3) + Array.from({ length: 900 }, (_, i) => `p${i}`).join(" "))).toHaveLength(500);
});

test.each([
  ["luci tcpdump", []],
  ["web server, small & quick", []],
  ["luci, tcpdump\nluci htop", ["tcpdump", "luci", "htop"]],
  ["-ppp", ["-ppp"]],
])("of %o, what is a list is added at once", (text, names) => expect(pastedNames(text)).toEqual(names));

test("what is asked for is no longer left out, and the other way round", () => {
  expect(withPackage(["-ppp", "luci"], "ppp")).toEqual(["luci", "ppp"]);
  expect(withPackage(["ppp", "luci"], "-ppp")).toEqual(["luci", "-ppp"]);
  expect(withoutPackage(["-ppp", "luci"], "ppp")).toEqual(["luci"]);
});
