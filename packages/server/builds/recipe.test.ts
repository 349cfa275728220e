import { expect, test } from "vitest";
import type { Distribution, Target, Version } from "../catalog/types.ts";
import { makeRecipe } from "./recipe.ts";
import type { BuildInputs } from "./types.ts";

const OPENWRT: Distribution = {
  name: "openwrt",
  title: "OpenWrt",
  description: "",
  upstreamUrl: "https://mirror.example/openwrt",
  canonicalUrl: "https://downloads.openwrt.org",
  branches: [],
  continuedBy: null,
  parent: null,
  repositories: [],
  keys: { usign: ["theirs"], apk: [] },
  startingPoints: [],
};

const LIME: Distribution = {
  ...OPENWRT,
  name: "lime",
  upstreamUrl: "https://lime.example",
  canonicalUrl: "https://lime.example",
  parent: { distribution: "openwrt", version: "24.10.5" },
  repositories: ["https://feed.lime.example/{version}/{parent_version}/{arch}"],
  keys: { usign: ["own"], apk: [] },
};

const VERSION: Version = {
  distribution: "lime",
  name: "2024.1",
  branch: "2024",
  kind: "release",
  path: "releases/24.10.5",
};

function recipeFor(distribution: Distribution) {
  const inputs = { target: "ath79/generic", profile: "x", packages: ["vim"] } as unknown as BuildInputs;
  return makeRecipe(inputs, {
    distribution,
    source: OPENWRT,
    version: VERSION,
    target: { name: "ath79/generic", architecture: "mips_24kc" } as Target,
    upgradeFacts: { buildRows: [] },
    builder: "openwrt-imagebuilder",
    limits: { timeMs: 1, memoryBytes: 1, diskBytes: 1, processes: 1, logBytes: 1 },
    repositoryAllowList: [],
  });
}

test("a distribution with a parent is built with the parent's ImageBuilder, and with feeds and keys of its own", () => {
  expect(recipeFor(LIME)).toMatchObject({
    upstreamUrl: "https://mirror.example/openwrt",
    canonicalUrl: "https://downloads.openwrt.org",
    targetPath: "releases/24.10.5/targets/ath79/generic",
    keys: { usign: ["theirs"] },
    feeds: ["https://feed.lime.example/2024.1/24.10.5/mips_24kc"],
    feedKeys: { usign: ["own"] },
  });
});

test("one without has no feeds besides its own", () => {
  expect(recipeFor(OPENWRT)).toMatchObject({ feeds: [], keys: { usign: ["theirs"] } });
});
