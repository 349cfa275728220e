import { expect, test } from "vitest";
import { linesInView, linesWith, partsOf } from "./log-search.ts";

const lines = ["Fetch the builder", "error: no such package", "ERROR: gave up", ""].map((text) => ({ text }));

test("finds lines whatever the case, and none where nothing is asked", () => {
  expect(linesWith(lines, "error")).toEqual([1, 2]);
  expect(linesWith(lines, " Builder ")).toEqual([0]);
  expect(linesWith(lines, " ")).toEqual([]);
});

test("cuts a line around each thing found", () => {
  expect(partsOf("luci and Luci", "luci")).toEqual([
    { text: "luci", isFound: true },
    { text: " and ", isFound: false },
    { text: "Luci", isFound: true },
  ]);
  expect(partsOf("nothing", "x")).toEqual([{ text: "nothing", isFound: false }]);
  expect(partsOf("", "x")).toEqual([{ text: "", isFound: false }]);
});

test("leaves a line whole whose small letters are longer", () => {
  expect(partsOf("İ luci", "luci")).toEqual([{ text: "İ luci", isFound: false }]);
});

test.each([
  [{ top: 0, height: 200 }, 100_000, 0, 30],
  [{ top: 20_000, height: 200 }, 100_000, 980, 1_030],
  [{ top: 20_000, height: 200 }, 10, 0, 10],
  [{ top: 0, height: 0 }, 0, 0, 0],
])("of a window %o over %i lines it draws %i to %i", (view, count, from, to) => {
  expect(linesInView(view, 20, count)).toEqual({ from, to });
});
