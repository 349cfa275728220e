import { expect, test } from "vitest";
import { LogLines, type UpdateLine } from "./log-lines.ts";

const line = (text: string, level: UpdateLine["level"] = "info"): UpdateLine => ({ level, line: text });

test("lines that were there stay the same ones while more come, and have their numbers", () => {
  const log = new LogLines();
  const [one, two] = [line("Downloading"), line("It broke off", "error")];
  const before = log.from([one]);
  const after = log.from([one, two]);
  expect(after[0]).toBe(before[0]);
  expect(after.map(({ number, text, tone }) => [number, text, tone])).toEqual([
    [1, "Downloading", null],
    [2, "It broke off", "error"],
  ]);
});

test("another update's lines are others, also when there are more of them", () => {
  const log = new LogLines();
  log.from([line("of the first")]);
  expect(log.from([line("of the second"), line("more")]).map(({ text }) => text)).toEqual(["of the second", "more"]);
  expect(log.from([])).toEqual([]);
});
