import { expect, test } from "vitest";
import { offeredDistributions, usualDistribution } from "./distributions.ts";

const OLD = { name: "old", continued_by: "new" };
const NEW = { name: "new", continued_by: null };

test("the first distribution that goes on is meant where none is said", () => {
  expect([usualDistribution([OLD, NEW]), usualDistribution([OLD]), usualDistribution([])]).toEqual([
    "new",
    "old",
    null,
  ]);
});

test("what another one continues is offered only to who has chosen it", () => {
  expect([offeredDistributions([OLD, NEW], "new"), offeredDistributions([OLD, NEW], "old")]).toEqual([
    [NEW],
    [OLD, NEW],
  ]);
});
