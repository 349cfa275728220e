import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { packagesHash } from "../../builders/packages-hash.ts";
import { readBuildRequest } from "./build-request.ts";
import { requestHash } from "./request-hash.ts";

/** The dialect's own vectors (contract asu-v1 §1.5), then some made with Python's `repr` and `json` by the same recipe. */
const VECTORS: { request: object; hash: string }[] = JSON.parse(
  readFileSync(new URL("testdata/request-hashes.json", import.meta.url), "utf8"),
);
const LIMITS = { distribution: "openwrt", maxDefaultsLength: 20_480, maxRootfsSizeMb: 1024 };

function hashOf(body: object): string {
  const read = readBuildRequest(body, LIMITS);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return requestHash(read.request);
}

test.each(VECTORS)("request $request has the hash its clients know", ({ request, hash }) => {
  expect(hashOf(request)).toBe(hash);
});

test("packages are hashed as a set", () => {
  const known = "57aab5949a36e66b535a8cb13e39e9e093181c9000c016990d7be9eb86a9b9e8";
  expect(packagesHash(["test1", "test2"])).toBe(known);
  expect(packagesHash(["test2", "+test1", "test2"])).toBe(known);
});

test("who asks and in which order doesn't change the hash, everything else does", () => {
  const request = { version: "1.2.3", target: "a/b", profile: "p", packages: ["x", "y"] };
  const hash = hashOf(request);
  expect(hashOf({ ...request, client: "owut/1", packages: ["y", "x"] })).toBe(hash);
  const others = [
    { distro: "lede" },
    { version_code: "r1" },
    { profile: "q" },
    { packages: ["x"] },
    { packages_versions: { x: "1", y: "2" } },
    { diff_packages: true },
    { filesystem: "ext4" },
    { defaults: "x" },
    { rootfs_size_mb: 1 },
    { repository_keys: ["k"] },
    { repositories: { a: "https://b/c" } },
    { repositories_mode: "append" },
  ];
  const hashes = others.map((other) => hashOf({ ...request, ...other }));
  expect(new Set([hash, ...hashes]).size).toBe(others.length + 1);
});
