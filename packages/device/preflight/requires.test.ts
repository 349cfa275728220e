import type { Requires } from "@pawl/protocol";
import { expect, test } from "vitest";
import { assessRequires, type Having } from "./requires.ts";

const HAS: Having = {
  pawl: "0.4.1",
  node: "18.19.1",
  python: "3.11.2",
  os: ["linux", "raspbian", "debian"],
  arch: "arm64",
  machine: "aarch64",
  totalMemoryBytes: 427.6 * 1024 * 1024,
};

function assess(requires: Requires | undefined, has: Partial<Having> = {}) {
  return assessRequires({ version: "2.0.0", requires }, { ...HAS, ...has });
}

test.each<[string, Requires | undefined]>([
  ["asks for nothing", undefined],
  ["asks for nothing in particular", {}],
  ["asks for an older Pawl", { pawl: "0.4" }],
  ["asks for this Node", { node: ">=18.19 <21" }],
  ["asks for an older Python", { python: "3.9" }],
  ["asks for Linux", { os: ["linux"] }],
  ["asks for what this system is like", { os: ["alpine", "Debian"] }],
  ["asks for this processor among others", { arch: ["x64", "aarch64"] }],
  ["asks for as much memory as there is", { memory_mb: 427 }],
])("a release that %s is for this device", (_, requires) => {
  expect(assess(requires)).toBeNull();
});

test.each<[Requires, string]>([
  [{ pawl: "0.5" }, "Pawl 0.5 or later (this device has 0.4.1)"],
  [{ node: "^20.9 || >=22" }, "Node ^20.9 || >=22 (this device has 18.19.1)"],
  [{ python: "3.12" }, "Python 3.12 or later (this device has 3.11.2)"],
  [{ os: ["alpine", "openwrt"] }, "alpine or openwrt (this device runs raspbian on linux)"],
  [{ arch: ["x64"] }, "a processor of the kind x64 (this device's is aarch64)"],
  [{ memory_mb: 512 }, "512 MiB of memory (this device has 427 MiB)"],
])("of %j it says what this device has instead", (requires, words) => {
  expect(assess(requires)).toMatchObject({
    code: "requires_unmet",
    message: `2.0.0 isn't for this device: it needs ${words}.`,
    fields: { version: "2.0.0" },
  });
});

test("a program that isn't there is no version of it", () => {
  expect(assess({ python: "3" }, { python: null })?.message).toContain("Python 3 or later (this device has none)");
});

test("§6 requires: everything that is amiss is said at once", () => {
  expect(assess({ node: "20", arch: ["x64"], memory_mb: 512 })?.message).toBe(
    "2.0.0 isn't for this device: it needs Node 20 or later (this device has 18.19.1), a processor of the kind x64 (this device's is aarch64) and 512 MiB of memory (this device has 427 MiB).",
  );
});

test.each(["pawl", "node", "python"] as const)("a range of %s that is none is the publisher's mistake", (key) => {
  expect(assess({ [key]: "new" })).toMatchObject({
    code: "bad_manifest",
    message: `The manifest of 2.0.0 asks for ${key} "new", which is no range of versions. Its publisher has to correct that.`,
    fields: { detail: `requires.${key}` },
  });
});

test("a device that os-release(5) says nothing of runs what its kernel is", () => {
  expect(assess({ os: ["debian"] }, { os: ["linux"] })?.message).toContain("debian (this device runs linux)");
});
