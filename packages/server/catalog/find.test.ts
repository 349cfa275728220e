import { describe, expect, test } from "vitest";
import { findModels } from "./find-models.ts";
import { findPackages } from "./find-packages.ts";
import type { Model, Package } from "./types.ts";

const model = (profile: string, vendor: string, name: string, variant?: string): Model => ({
  profile,
  target: "ath79/generic",
  titles: [{ vendor, model: name, variant }],
});
const MODELS = [
  model("tplink_archer-c7-v5", "TP-Link", "Archer C7", "v5"),
  model("tplink_archer-c7-v2", "TP-Link", "Archer C7", "v2"),
  model("tplink_tl-wdr4300-v1", "TP-Link", "TL-WDR4300", "v1"),
  model("linksys_wrt3200acm", "Linksys", "WRT3200ACM"),
  model("ubnt_unifi-ac-lite", "Ubiquiti", "UniFi AC Lite"),
  { profile: "generic", target: "x86/64", titles: [{ title: "Generic x86/64" }] },
  { profile: "bare_board", target: "x86/64", titles: [] },
];
const profiles = (query: string) => findModels(MODELS, query).map(({ profile }) => profile);

describe("a model is found by", () => {
  test.each([
    ["words in any order", "c7 tp-link", ["tplink_archer-c7-v2", "tplink_archer-c7-v5"]],
    ["words of the variant", "archer v5", ["tplink_archer-c7-v5"]],
    ["the middle of a word", "4300", ["tplink_tl-wdr4300-v1"]],
    ["words without the space between", "archerc7v2", ["tplink_archer-c7-v2"]],
    ["its profile", "linksys_wrt3200acm", ["linksys_wrt3200acm"]],
    ["its profile where it has no name", "bare board", ["bare_board"]],
    ["capitals or none", "UNIFI LITE", ["ubnt_unifi-ac-lite"]],
    ["its title", "generic x86", ["generic"]],
  ])("%s", (_, query, expected) => expect(profiles(query)).toEqual(expected));

  test("not by words of which one is missing", () => expect(profiles("archer c9")).toEqual([]));
  test("nothing: all of them, by name", () => {
    expect(profiles(" - ")).toEqual([
      "bare_board",
      "generic",
      "linksys_wrt3200acm",
      "tplink_archer-c7-v2",
      "tplink_archer-c7-v5",
      "tplink_tl-wdr4300-v1",
      "ubnt_unifi-ac-lite",
    ]);
  });
  test("its beginning rather than its middle", () => {
    expect(profiles("l").indexOf("linksys_wrt3200acm")).toBe(0);
  });
});

const pack = (name: string, description: string, feed = "packages"): Package => ({
  name,
  version: "1",
  feed,
  description,
  size: 1,
  installedSize: 1,
  depends: [],
  conflicts: [],
  provides: [],
  abi: null,
});
const PACKAGES = [
  pack("curl", "A client-side URL transfer utility"),
  pack("git", "Version control, also over libcurl"),
  pack("libcurl4", "A client-side URL transfer library", "base"),
  pack("luci-app-nextcurl", "Web interface", "luci"),
];
const found = (query: string, feed?: string) => findPackages(PACKAGES, query, feed).map(({ name }) => name);

describe("a package is found by", () => {
  test.each([
    ["its name first, then its description", "curl", ["curl", "libcurl4", "luci-app-nextcurl", "git"]],
    ["words of both", "curl utility", ["curl"]],
    ["its description", "transfer client", ["curl", "libcurl4"]],
  ])("%s", (_, query, expected) => expect(found(query)).toEqual(expected));

  test("its feed", () => {
    expect(found("", "base")).toEqual(["libcurl4"]);
    expect(found("curl", "luci")).toEqual(["luci-app-nextcurl"]);
    expect(found("")).toEqual(["curl", "git", "libcurl4", "luci-app-nextcurl"]);
  });
});
