import { expect, test } from "vitest";
import { changedPlace, listPlaceOf, listQuery } from "./list-place.ts";

const place = listPlaceOf(new URLSearchParams("state=failed&sort=slowest&cursor=abc&other=1&query="), [
  "state",
  "query",
]);

test("takes its own filters from the address, and nothing else", () => {
  expect(place).toEqual({ filters: { state: "failed" }, sort: "slowest", cursor: "abc" });
  expect(listQuery(place)).toEqual({ state: "failed", sort: "slowest", cursor: "abc" });
});

test("begins at the first page when somebody filters or sorts", () => {
  expect(changedPlace(place, { filters: { query: "x86" } })).toEqual({
    filters: { state: "failed", query: "x86" },
    sort: "slowest",
    cursor: null,
  });
  expect(changedPlace(place, { sort: "newest" }).cursor).toBeNull();
});

test("an empty filter is none", () => {
  expect(changedPlace(place, { filters: { state: "" } }).filters).toEqual({});
});

test("goes on to a page with all else as it is", () => {
  expect(listQuery(changedPlace(place, { cursor: "def" }))).toEqual({
    state: "failed",
    sort: "slowest",
    cursor: "def",
  });
});
