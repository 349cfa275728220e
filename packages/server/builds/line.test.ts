import fc from "fast-check";
import { expect, test } from "vitest";
import { Line } from "./line.ts";

test("whoever waits is told how many are in front, which never rises, whoever begins or waits again", () => {
  const steps = fc.array(fc.tuple(fc.constantFrom("enter", "begin", "back"), fc.nat(20)), { maxLength: 60 });
  const enter = (line: number, hasBegun: boolean) => ({ line, hasBegun, isUnserved: false });
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
          line.enter(enter(next, false));
          waiting.set(next++, Number.POSITIVE_INFINITY);
        } else if (step === "begin" && one !== undefined) {
          line.leave(one);
          waiting.delete(one);
          begun.add(one);
        } else if (step === "back" && other !== undefined) {
          line.enter(enter(other, true));
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
      { line: 3, hasBegun: false, isUnserved: false },
      { line: 2, hasBegun: true, isUnserved: false },
    ],
    7,
  );
  expect([line.length, line.knows(7), line.knows(8)]).toEqual([2, true, false]);
  await line.until(9, 10);
  const waiting = line.until(8, 60_000);
  line.enter({ line: 8, hasBegun: false, isUnserved: false });
  line.enter({ line: 8, hasBegun: false, isUnserved: false });
  await waiting;
  expect([line.length, line.position(8)]).toEqual([3, 1]);
});

test("what nobody builds for is in nobody's way, and in no one's who was told so once somebody does", () => {
  const line = new Line();
  const enter = (number: number, isUnserved: boolean) => line.enter({ line: number, hasBegun: false, isUnserved });
  for (const number of [1, 2, 3, 4, 5]) enter(number, number === 1 || number === 3);
  const positions = () => [1, 2, 3, 4, 5].map((number) => line.position(number));
  expect(positions()).toEqual([0, 0, 2, 1, 2]);
  expect(line.length).toBe(5);
  enter(1, false);
  enter(3, false);
  enter(6, false);
  expect([...positions(), line.position(6)]).toEqual([0, 0, 2, 1, 2, 5]);
  enter(4, true);
  line.leave(1);
  expect([...positions().slice(1), line.position(6)]).toEqual([0, 1, 1, 2, 3]);
});
