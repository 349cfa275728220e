import fc from "fast-check";
import { expect, test } from "vitest";
import { Line } from "./line.ts";

test("whoever waits is told how many are in front, which never rises, whoever begins or waits again", () => {
  const steps = fc.array(fc.tuple(fc.constantFrom("enter", "begin", "back"), fc.nat(20)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const line = new Line();
      const waiting = new Map<number, number>();
      const begun = new Set<number>();
      let next = 1;
      for (const [step, which] of all) {
        const one = [...waiting.keys()][which % Math.max(1, waiting.size)];
        const other = [...begun][which % Math.max(1, begun.size)];
        if (step === "enter") {
          line.enter(next, false);
          waiting.set(next++, Number.POSITIVE_INFINITY);
        } else if (step === "begin" && one !== undefined) {
          line.leave(one);
          waiting.delete(one);
          begun.add(one);
        } else if (step === "back" && other !== undefined) {
          line.enter(other, true);
          expect(line.position(other)).toBe(0);
        }
        for (const [entry, before] of waiting) {
          const position = line.position(entry);
          expect(position).toBeLessThanOrEqual(before);
          expect(position).toBe([...waiting.keys()].filter((one) => one < entry).length);
          waiting.set(entry, position);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test("it knows a number once it has heard of it, and whoever waits for that waits no longer than they want to", async () => {
  const line = new Line();
  line.reset(
    [
      { line: 3, hasBegun: false },
      { line: 2, hasBegun: true },
    ],
    7,
  );
  expect([line.length, line.knows(7), line.knows(8)]).toEqual([2, true, false]);
  await line.until(9, 10);
  const waiting = line.until(8, 60_000);
  line.enter(8, false);
  line.enter(8, false);
  await waiting;
  expect([line.length, line.position(8)]).toEqual([3, 1]);
});
