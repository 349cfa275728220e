import { expect, test } from "vitest";
import { diffManifests } from "./manifest-diff.ts";

test("two manifests differ by what came, what went and what has another version", () => {
  const from = { base: "1", dropbear: "2024.85", luci: "24.1" };
  const to = { base: "1", dropbear: "2024.86", vim: "9.1" };
  expect(diffManifests(from, to)).toEqual({
    added: [{ name: "vim", version: "9.1" }],
    removed: [{ name: "luci", version: "24.1" }],
    changed: [{ name: "dropbear", from: "2024.85", to: "2024.86" }],
    unchanged: 1,
  });
});

test("a package may be called like what every object has", () => {
  expect(diffManifests({}, JSON.parse('{"__proto__":"1","constructor":"2"}')).added).toEqual([
    { name: "__proto__", version: "1" },
    { name: "constructor", version: "2" },
  ]);
});
