import { expect, test } from "vitest";
import { requestKey } from "./request-key.ts";
import { askFor } from "./testing/build-house.ts";
import type { BuildInputs } from "./types.ts";

const key = (inputs: Partial<BuildInputs> = {}) => requestKey(askFor(inputs).inputs);

test.each<[string, Partial<BuildInputs>, Partial<BuildInputs>]>([
  ["the order of packages", { packages: ["a", "b"] }, { packages: ["b", "a", "b"] }],
  ["the order of repositories", { repositories: { a: "1", b: "2" } }, { repositories: { b: "2", a: "1" } }],
  ["the order of versions", { packagesVersions: { a: "1", b: "2" } }, { packagesVersions: { b: "2", a: "1" } }],
  ["the order of keys", { repositoryKeys: ["x", "y"] }, { repositoryKeys: ["y", "x"] }],
])("%s decides no image", (_, a, b) => {
  expect(key(a)).toBe(key(b));
});

test.each<[keyof BuildInputs, Partial<BuildInputs>]>([
  ["distribution", { distribution: "lime" }],
  ["version", { version: "24.10.4" }],
  ["versionCode", { versionCode: "r2" }],
  ["isVersionCodeAsked", { isVersionCodeAsked: true }],
  ["target", { target: "x86/64" }],
  ["profile", { profile: "generic" }],
  ["packages", { packages: ["-luci"] }],
  ["packagesVersions", { packagesVersions: { luci: "1" } }],
  ["diffPackages", { diffPackages: true }],
  ["filesystem", { filesystem: "ext4" }],
  ["defaults", { defaults: "" }],
  ["rootfsSizeMb", { rootfsSizeMb: 1 }],
  ["repositories", { repositories: { luci: "1" } }],
  ["repositoriesMode", { repositoriesMode: "replace" }],
  ["repositoryKeys", { repositoryKeys: [""] }],
])("%s decides the image", (_, inputs) => {
  expect(key(inputs)).not.toBe(key());
});

test("it is a sha256, the same on each machine and in each release", () => {
  expect(key()).toBe("2b5919e62eaff0125536d2cc073979e651d8a536451251fdc0b3c423627a336c");
});
