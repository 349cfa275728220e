import { expect, test } from "vitest";
import { comparedSizes, count, sizeWords } from "./words.ts";

test.each([
  [120e6, 82e6, "120 MB", "82 MB", "38 MB are"],
  [120.1e6, 81.9e6, "121 MB", "81 MB", "40 MB are"],
  [120e6, 119.999e6, "120 MB", "119 MB", "1 MB is"],
  [2_100e6, 860e6, "2,100 MB", "860 MB", "1,240 MB are"],
  [12.34e9, 1e6, "12.4 GB", "0.0 GB", "12.4 GB are"],
  [3_187_000, 2_050_000, "3.2 MB", "2.0 MB", "1.2 MB are"],
  [999_001, 0, "1,000 kB", "0 kB", "1,000 kB are"],
  [1, 0, "1 kB", "0 kB", "1 kB is"],
])("of %s and %s bytes it says numbers that add up", (needed, free, needs, has, missing) => {
  expect(comparedSizes(needed, free)).toEqual({ needs, has, missing });
});

test.each([
  [1, "1 kB"],
  [999_999, "1,000 kB"],
  [1_000_001, "1.1 MB"],
  [14.2e6, "15 MB"],
  [9_999e6, "9,999 MB"],
  [20.01e9, "20.1 GB"],
])("%s bytes are %s, never less than they are", (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words);
});

test("thousands are set apart", () => {
  expect([count(812), count(4000), count(1_234_567)]).toEqual(["812", "4,000", "1,234,567"]);
});
