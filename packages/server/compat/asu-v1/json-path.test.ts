import { expect, test } from "vitest";
import { parseJsonPath } from "./json-path.ts";

const OF_TARGET = { versionPath: "releases/24.10.1", target: "ath79/generic" };

test.each([
  ["releases/24.10.1/targets/ath79/generic/index.json", { kind: "target-packages", ...OF_TARGET }],
  ["releases/24.10.1//targets/ath79/generic//index.json", { kind: "target-packages", ...OF_TARGET }],
  ["snapshots/targets/x86/64/index.json", { kind: "target-packages", versionPath: "snapshots", target: "x86/64" }],
  ["releases/24.10.1/targets/ath79/generic/a_b-v2.json", { kind: "profile", ...OF_TARGET, profile: "a_b-v2" }],
  ["releases/24.10.1/targets/ath79/generic/a%2Cb.json", { kind: "profile", ...OF_TARGET, profile: "a,b" }],
  ["releases/24.10.1/targets/ath79/generic/my-index.json", { kind: "profile", ...OF_TARGET, profile: "my-index" }],
  [
    "releases/24.10.1/packages/mips_24kc-index.json",
    { kind: "architecture-packages", packagesPath: "releases/24.10.1/packages", architecture: "mips_24kc" },
  ],
  [
    "releases/packages-21.02/mips_24kc-index.json",
    { kind: "architecture-packages", packagesPath: "releases/packages-21.02", architecture: "mips_24kc" },
  ],
])("%s is understood", (path, expected) => {
  expect(parseJsonPath(path)).toEqual(expected);
});

test.each([
  "",
  "index.json",
  "-index.json",
  "packages/-index.json",
  "releases/24.10.1/targets/ath79/generic/",
  "releases/24.10.1/targets/ath79/generic/.json",
  "releases/24.10.1/targets/ath79/index.json",
  "releases/24.10.1/profile.json",
  "releases/24.10.1/targets/ath79/generic/index.html",
  "releases/../24.10.1/targets/ath79/generic/index.json",
  "releases/%2e%2e/targets/ath79/generic/index.json",
  "releases/24.10.1%2F..%2Fx/targets/ath79/generic/index.json",
  "releases/24.10.1/targets/ath79/generic/a%0Ab.json",
  "releases/24.10.1/targets/ath79/generic/%zz.json",
  "releases/24.10.1/targets/ath79/generic/a b.json",
])("%s is nothing", (path) => {
  expect(parseJsonPath(path)).toBeNull();
});
