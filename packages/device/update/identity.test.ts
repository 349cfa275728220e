import { expect, test } from "vitest";
import { type Identity, isSame, isSameRelease } from "./identity.ts";

const one: Identity = { version: "1.0.0", manifest_sha256: "m1", commit: "c1" };

test.each<[string, Identity, boolean | null, boolean]>([
  ["itself", one, true, true],
  ["another version", { ...one, version: "1.0.1" }, false, false],
  ["another commit of its version", { ...one, commit: "c2" }, false, false],
  ["its commit, packed anew", { ...one, manifest_sha256: "m2" }, true, true],
  ["its manifest, where the commit isn't known", { ...one, commit: null }, true, true],
  ["another manifest, where the commit isn't known", { version: "1.0.0", manifest_sha256: "m2" }, false, false],
  ["its version, where nothing else is known", { version: "1.0.0", manifest_sha256: null }, null, false],
])("a release and %s", (_, other, known, decided) => {
  expect(isSameRelease(one, other)).toBe(known);
  expect(isSameRelease(other, one)).toBe(known);
  expect(isSame(one, other)).toBe(decided);
});

test("two of one version that nothing tells apart are the same to those who must decide", () => {
  const bare = { version: "1.0.0", manifest_sha256: null };
  expect(isSameRelease(bare, { ...bare })).toBeNull();
  expect(isSame(bare, { ...bare })).toBe(true);
});
