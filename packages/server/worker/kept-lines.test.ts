import { expect, test } from "vitest";
import type { StoredLine } from "../builds/tables.ts";
import { KeptLines } from "./kept-lines.ts";

const line = (text: string): StoredLine => [0, "stdout", text];

test("what fits is told at once, and nothing is left out", () => {
  const kept = new KeptLines(10_000);
  expect([kept.add(line("a")), kept.add(line("b"))]).toEqual([true, true]);
  expect(kept.end(0)).toEqual([]);
  expect(kept.text(0)).toBe("a\nb\n");
});

test("of a gigabyte its beginning and its end are kept, within the limit", () => {
  const kept = new KeptLines(20_000);
  const told: boolean[] = [];
  for (let n = 0; n < 100_000; n++) told.push(kept.add(line(`${n} ${"x".repeat(50)}`)));
  const head = told.filter(Boolean).length;
  expect(told.slice(0, head).every(Boolean)).toBe(true);
  const [note, ...tail] = kept.end(0);
  expect(note).toEqual([0, "note", `… ${100_000 - head - tail.length} lines of output are left out here …`]);
  expect(tail.at(-1)?.[2].split(" ")[0]).toBe("99999");
  expect(kept.text(0).length).toBeLessThan(20_000);
  expect(kept.text(0).length).toBeGreaterThan(10_000);
});

test("a line that is longer than all that is kept is left out", () => {
  const kept = new KeptLines(100);
  expect([kept.add(line("x".repeat(200))), kept.add(line("end"))]).toEqual([false, false]);
  expect(kept.text(0)).toBe("… 1 lines of output are left out here …\nend\n");
});
