import { UpdateResult } from "@pawl/protocol";
import { expect, test } from "vitest";
import { type HistoryAsk, historyPage } from "./history-page.ts";
import { anOutcome } from "./update-fixture.ts";

const idOf = (number: number) => `mm7k2a0${String(number).padStart(2, "0")}-aaaaaa`;
const ofNumber = (number: number) =>
  anOutcome({ id: idOf(number), result: number % 3 === 0 ? "rolled_back" : number % 3 === 1 ? "success" : "failed" });
/** Newest first: 9, 8, … 1. */
const ALL = Array.from({ length: 9 }, (_, index) => ofNumber(9 - index));

/** The numbers on each page, to the end. */
function pagesOf(ask: Omit<HistoryAsk, "cursor">): number[][] {
  const pages: number[][] = [];
  for (let cursor: string | undefined, next: string | null = ""; next !== null; cursor = next ?? undefined) {
    const page = historyPage(ALL, { ...ask, cursor });
    pages.push(page.updates.map(({ id }) => Number(id.slice(7, 9))));
    next = page.next;
  }
  return pages;
}

test.each<[string, Omit<HistoryAsk, "cursor">, number[][]]>([
  ["newest first", { limit: 4, sort: "newest" }, [[9, 8, 7, 6], [5, 4, 3, 2], [1]]],
  ["oldest first", { limit: 4, sort: "oldest" }, [[1, 2, 3, 4], [5, 6, 7, 8], [9]]],
  [
    "the last page being full",
    { limit: 3, sort: "newest" },
    [
      [9, 8, 7],
      [6, 5, 4],
      [3, 2, 1],
    ],
  ],
  ["those of one result", { limit: 2, sort: "newest", results: ["rolled_back"] }, [[9, 6], [3]]],
  [
    "those of several",
    { limit: 4, sort: "oldest", results: ["rolled_back", "failed"] },
    [
      [2, 3, 5, 6],
      [8, 9],
    ],
  ],
  ["those of a result that none had", { limit: 4, sort: "newest", results: ["undone"] }, [[]]],
])("pages through it, %s", (_, ask, pages) => {
  expect(pagesOf(ask)).toEqual(pages);
  expect(historyPage(ALL, ask).total).toBe(pages.flat().length);
});

test("an update that ends between two pages moves none of the others", () => {
  const ask = { limit: 4, sort: "newest" } as const;
  const { next } = historyPage(ALL, ask);
  const page = historyPage([ofNumber(10), ...ALL], { ...ask, cursor: next ?? "" });
  expect(page.updates.map(({ id }) => id)).toEqual([5, 4, 3, 2].map(idOf));
  expect(page.total).toBe(10);
});

test("goes on at the same place when the last that was seen isn't kept any more", () => {
  const left = ALL.filter(({ id }) => id !== idOf(6));
  expect(historyPage(left, { limit: 2, sort: "newest", cursor: idOf(6) }).updates.map(({ id }) => id)).toEqual(
    [5, 4].map(idOf),
  );
});

test("has every result that there is among those it can be asked for", () => {
  const all = UpdateResult.options.map((result, at) => anOutcome({ id: idOf(at), result }));
  expect(historyPage(all, { limit: 9, sort: "newest", results: UpdateResult.options }).total).toBe(all.length);
});
