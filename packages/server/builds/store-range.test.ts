import { expect, test } from "vitest";
import { readRange } from "./store-range.ts";

test.each<[string | null, ReturnType<typeof readRange>]>([
  [null, "whole"],
  ["", "whole"],
  ["bytes=0-0", { start: 0, end: 0 }],
  ["bytes=0-", { start: 0, end: 999 }],
  ["bytes=500-", { start: 500, end: 999 }],
  ["bytes=500-599", { start: 500, end: 599 }],
  ["bytes=500-5000", { start: 500, end: 999 }],
  ["BYTES=1-2", { start: 1, end: 2 }],
  ["bytes=-1", { start: 999, end: 999 }],
  ["bytes=-5000", { start: 0, end: 999 }],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=1000-", "unsatisfiable"],
  ["bytes=1000-1001", "unsatisfiable"],
  ["bytes=2-1", "whole"],
  ["bytes=-", "whole"],
  ["bytes=a-b", "whole"],
  ["bytes=0x1-2", "whole"],
  ["bytes=0-1,5-6", "whole"],
  ["lines=0-1", "whole"],
  [`bytes=0-${"9".repeat(400)}`, "whole"],
])("of 1,000 bytes %j is %j", (header, expected) => {
  expect(readRange(header, 1000)).toEqual(expected);
});

test("an empty file has no part", () => {
  expect(readRange("bytes=0-", 0)).toBe("unsatisfiable");
  expect(readRange("bytes=-1", 0)).toBe("unsatisfiable");
  expect(readRange(null, 0)).toBe("whole");
});
