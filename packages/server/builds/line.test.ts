import fc from "fast-check";
import { expect, test } from "vitest";
import { Line, type Waiting } from "./line.ts";

const inLine = (line: number, more: Partial<Waiting> = {}): Waiting => ({
  ...{ line, place: line, client: "a", hasBegun: false, isUnserved: false },
  ...more,
});
const listed = (line: number, client: string) => inLine(line, { client, place: null });
const unserved = (line: number) => inLine(line, { place: null, isUnserved: true });
const positions = (line: Line, ...numbers: number[]) =>
  numbers.map((number) => line.position({ line: number, place: null }));

test("it knows a number once it has heard of it, and whoever waits for that waits no longer than they want to", async () => {
  const line = new Line();
  line.reset([inLine(3), inLine(2, { hasBegun: true })], 7);
  expect([line.length, line.knows(7), line.knows(8)]).toEqual([2, true, false]);
  await line.until(inLine(9), 10);
  const waiting = line.until(inLine(2, { place: 8 }), 60_000);
  line.enter(inLine(8));
  line.enter(inLine(8));
  await waiting;
  expect([line.length, ...positions(line, 8)]).toEqual([3, 1]);
});

test("what waits in a list is behind the line, and comes to its end", () => {
  const line = new Line();
  line.reset([inLine(1), inLine(2), listed(3, "a"), listed(4, "b"), listed(5, "a")], 5);
  expect(positions(line, 1, 2, 3, 4, 5)).toEqual([0, 1, 2, 2, 3]);
  line.leave(1);
  line.enter(inLine(3, { place: 6 }));
  expect(positions(line, 2, 3, 4, 5)).toEqual([0, 1, 2, 2]);
  expect([line.length, line.knows(6)]).toEqual([4, true]);
});

test("what waits once more is in front, and isn't counted", () => {
  const line = new Line();
  line.reset([inLine(1), inLine(2)], 2);
  line.leave(1);
  expect(positions(line, 2)).toEqual([0]);
  line.enter(inLine(1, { hasBegun: true }));
  expect(positions(line, 1, 2)).toEqual([0, 0]);
  expect(line.length).toBe(2);
});

test("what nobody builds for is in nobody's way, behind all others, and comes to the end of the line", () => {
  const line = new Line();
  line.reset([unserved(1), inLine(2), unserved(3), inLine(4), listed(5, "b")], 5);
  expect(positions(line, 1, 2, 3, 4, 5)).toEqual([2, 0, 3, 1, 2]);
  expect(line.pending).toEqual({ served: 3, unserved: 2 });
  line.enter(inLine(1, { place: 6 }));
  expect(positions(line, 1, 2, 3, 4, 5)).toEqual([2, 0, 3, 1, 3]);
  expect(line.pending).toEqual({ served: 4, unserved: 1 });
});

test("one that nobody is there for keeps its place for a while, and is counted as such", () => {
  const line = new Line();
  line.reset([inLine(1, { isUnserved: true }), inLine(2)], 2);
  expect(positions(line, 1, 2)).toEqual([0, 1]);
  expect(line.pending).toEqual({ served: 1, unserved: 1 });
  line.enter(unserved(1));
  expect(positions(line, 1, 2)).toEqual([1, 0]);
});

test("of what was read, and not heard of yet, it is said where it would be", () => {
  const line = new Line();
  line.reset([inLine(1), inLine(2)], 2);
  expect(line.position({ line: 9, place: 2 })).toBe(1);
  expect(line.position({ line: 9, place: null })).toBe(2);
});

test("who was told a position is told no higher one, although what was read anew is heard of once more", () => {
  const line = new Line();
  line.reset([inLine(1), inLine(2)], 2);
  line.leave(1);
  expect(positions(line, 2)).toEqual([0]);
  line.reset([inLine(2)], 2);
  line.enter(inLine(1));
  expect(positions(line, 2)).toEqual([0]);
});

test("whoever asks, begins, goes or waits again: three of each are in line, first come first served, and no position in it rises", () => {
  const kinds = fc.constantFrom("ask", "ask", "ask", "begin", "withdraw", "back");
  const steps = fc.array(fc.tuple(kinds, fc.nat(30), fc.nat(3)), { maxLength: 80 });
  fc.assert(
    fc.property(steps, (all) => {
      const line = new Line();
      const told = new Map<number, number>();
      const begun: Waiting[] = [];
      let waiting: Waiting[] = [];
      let number = 0;
      const inLine = () =>
        waiting.filter(({ place }) => place !== null).sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
      const say = (entry: Waiting) => {
        waiting = [...waiting.filter(({ line }) => line !== entry.line), entry];
        line.enter(entry);
      };
      const go = (entry: Waiting) => {
        waiting = waiting.filter((one) => one !== entry);
        line.leave(entry.line);
        const next = waiting.find(({ client, place }) => client === entry.client && place === null);
        if (entry.place !== null && next) say({ ...next, place: ++number });
        told.delete(entry.line);
      };
      for (const [kind, which, who] of all) {
        const client = `client ${who}`;
        const [first] = inLine();
        const any = waiting[which % Math.max(1, waiting.length)];
        if (kind === "ask") {
          const hasRoom = inLine().filter((one) => one.client === client).length < 3;
          number++;
          say({ line: number, place: hasRoom ? number : null, client, hasBegun: false, isUnserved: false });
        } else if (kind === "begin" && first) {
          begun.push(first);
          go(first);
        } else if (kind === "withdraw" && any) {
          go(any);
        } else if (kind === "back") {
          const back = begun.pop();
          if (!back) continue;
          line.enter({ ...back, hasBegun: true });
          expect(line.position(back)).toBe(0);
          line.leave(back.line);
        }
        for (const [at, entry] of inLine().entries()) {
          const position = line.position(entry);
          expect(position).toBe(at);
          expect(position).toBeLessThanOrEqual(told.get(entry.line) ?? position);
          told.set(entry.line, position);
        }
        // Nobody is behind more than three of each other client, and of its own what it has asked for before.
        for (const entry of waiting) {
          const own = waiting.filter(({ client, line }) => client === entry.client && line < entry.line).length;
          expect(line.position(entry)).toBeLessThanOrEqual(own + 9 + 3);
        }
      }
    }),
    { numRuns: 200 },
  );
});
