import { expect, test } from "vitest";
import type { BuildRecipe } from "../types.ts";
import type { Generation } from "./generation.ts";
import { addedRepositories, allRepositories, repositoriesFile } from "./repositories.ts";
import { routesOf } from "./routes.ts";
import { recipeOf } from "./testing/recipe.ts";

const D = "https://downloads.openwrt.org";
const OPKG: Generation = {
  name: "opkg",
  file: "repositories.conf",
  text: `## Remote package repositories
src/gz openwrt_core ${D}/releases/24.10.0/targets/ath79/generic/packages
src/gz openwrt_base http://downloads.openwrt.org/releases/24.10.0/packages/mips_24kc/base
# src/gz openwrt_telephony ${D}/releases/24.10.0/packages/mips_24kc/telephony
src/gz vendor https://vendor.example/feed

## This is the local package repository, do not remove!
src imagebuilder file:packages

option check_signature
option something else
`,
};
const APK: Generation = {
  name: "apk",
  file: "repositories",
  text: `# feeds
${D}/releases/25.12.0/targets/ath79/generic/packages/packages.adb
${D}/releases/25.12.0/packages/mips_24kc/base/packages.adb
`,
};

function filed(recipe: BuildRecipe, generation: Generation): string {
  const repositories = allRepositories(recipe, addedRepositories(recipe), generation);
  return repositoriesFile(generation, repositories, (url) => url.replace(D, "http://inside/0"));
}

test("opkg's feeds are fetched through the proxy, and its other lines stay", () => {
  expect(
    filed(recipeOf(), OPKG),
  ).toBe(`src/gz openwrt_core http://inside/0/releases/24.10.0/targets/ath79/generic/packages
src/gz openwrt_base http://inside/0/releases/24.10.0/packages/mips_24kc/base
src/gz vendor https://vendor.example/feed
src imagebuilder file:packages
option check_signature
option something else
`);
});

test("apk's feeds are addresses of their lists", () => {
  expect(filed(recipeOf(), APK)).toBe(`http://inside/0/releases/25.12.0/targets/ath79/generic/packages/packages.adb
http://inside/0/releases/25.12.0/packages/mips_24kc/base/packages.adb
`);
});

const REPOSITORIES = { zoo: "https://feeds.example/zoo", ape: "https://feeds.example/ape/packages.adb" };
const ALLOWED = ["https://feeds.example"];

// asu-v1 §1.7
test("repositories of a request replace the archive's or come behind them, sorted by name", () => {
  const request = { repositories: REPOSITORIES, repositoryAllowList: ALLOWED };
  expect(filed(recipeOf({ ...request, repositoriesMode: "replace" }), OPKG)).toBe(`src/gz ape https://feeds.example/ape
src/gz zoo https://feeds.example/zoo
src imagebuilder file:packages
option check_signature
option something else
`);
  expect(filed(recipeOf({ ...request, repositoriesMode: "replace" }), APK)).toBe(
    "https://feeds.example/ape/packages.adb\nhttps://feeds.example/zoo/packages.adb\n",
  );
  expect(
    filed(recipeOf({ ...request, repositoriesMode: "append" }), APK)
      .split("\n")
      .slice(1, 4),
  ).toEqual([
    "http://inside/0/releases/25.12.0/packages/mips_24kc/base/packages.adb",
    "https://feeds.example/ape/packages.adb",
    "https://feeds.example/zoo/packages.adb",
  ]);
});

test("no repositories replace nothing, and one that is there already isn't there twice", () => {
  expect(filed(recipeOf({ repositoriesMode: "replace" }), APK)).toContain("/base/packages.adb");
  const again = recipeOf({
    repositoriesMode: "append",
    repositories: { mine: "https://downloads.openwrt.org/releases/24.10.0/packages/mips_24kc/base" },
  });
  expect(filed(again, OPKG)).not.toContain("mine");
});

test("a distribution's own feeds come behind its parent's, under names that are free", () => {
  const recipe = recipeOf({
    feeds: ["https://feed.libremesh.org/master/openwrt_base", "https://feed.libremesh.org/profiles/"],
  });
  expect(filed(recipe, OPKG)).toContain(
    "src/gz openwrt_base_2 https://feed.libremesh.org/master/openwrt_base\nsrc/gz profiles https://feed.libremesh.org/profiles\n",
  );
});

test("repositories that replace all others replace the distribution's own feeds too", () => {
  const recipe = recipeOf({ feeds: ["mine"], repositories: REPOSITORIES, repositoryAllowList: ALLOWED });
  expect(filed(recipe, APK)).not.toContain("/mine/");
  expect(filed({ ...recipe, inputs: { ...recipe.inputs, repositories: {} } }, APK)).toContain(
    "http://inside/0/mine/packages.adb",
  );
});

test("opkg keeps lists by name, so a second place can't have the first one's", () => {
  const recipe = recipeOf({
    repositoriesMode: "append",
    repositories: { openwrt_core: "https://feeds.example/x" },
    repositoryAllowList: ALLOWED,
  });
  expect(() => filed(recipe, OPKG)).toThrow("is called that already");
  expect(filed(recipe, APK)).toContain("https://feeds.example/x/packages.adb");
});

test.each<[string, string]>([
  ["x", "https://feeds.example.evil.com/x"],
  ["x", "https://feeds.example@evil.com/x"],
  ["x", "http://feeds.example/x"],
  ["x", "https://feeds.example/x y"],
  ["x", "https://feeds.example/$(id)"],
  ["x", "https://feeds.example/a/../../b"],
  ["x", "https://feeds.example/a/%2e%2e/b"],
  ["x", "https://feeds.example/a?b"],
  ["x", "https://feeds.example/a\nsrc/gz y https://evil.com/"],
  ["x", "file:///etc"],
  ["..", "https://feeds.example/x"],
  ["a b", "https://feeds.example/x"],
  ["", "https://feeds.example/x"],
  ["a\nb", "https://feeds.example/x"],
])("refuses the repository %j at %j", (name, url) => {
  const recipe = recipeOf({ repositories: { [name]: url }, repositoryAllowList: ALLOWED });
  expect(() => addedRepositories(recipe)).toThrow(expect.objectContaining({ code: "refused_repository" }));
});

test("a sandbox reaches the mirror and what was added, and at private addresses only what is allowed by host and port", () => {
  const recipe = recipeOf({
    upstreamUrl: "http://user:secret@10.0.0.1/mirror",
    repositories: { a: "http://10.0.0.2:81/a", b: "http://10.0.0.3:81/b", c: `${D}/extra` },
    repositoryAllowList: ["http://10.0.0.2:81/", "http://10.0.0.3/"],
  });
  expect(routesOf(recipe, addedRepositories(recipe))).toEqual([
    { prefix: D, upstream: "http://user:secret@10.0.0.1/mirror", mayBePrivate: true },
    { prefix: "http://10.0.0.2:81/a", upstream: "http://10.0.0.2:81/a", mayBePrivate: true },
    { prefix: "http://10.0.0.3:81/b", upstream: "http://10.0.0.3:81/b", mayBePrivate: false },
  ]);
});
