import { expect, test } from "vitest";
import { Lines } from "./lines.ts";

function cut(chunks: readonly (string | Buffer)[]): { lines: string[]; cost: number } {
  const lines: string[] = [];
  const cutter = new Lines((line) => lines.push(line));
  for (const chunk of chunks) cutter.push(Buffer.from(chunk));
  cutter.end();
  return { lines, cost: cutter.cost };
}

test.for<[string, readonly string[], readonly string[]]>([
  ["in one piece", ["one\ntwo\n"], ["one", "two"]],
  ["in several pieces", ["o", "ne", "\nt", "wo\n"], ["one", "two"]],
  ["without a newline at the end", ["one\ntwo"], ["one", "two"]],
  ["that are empty", ["\n\nx\n"], ["", "", "x"]],
  ["of nothing", [""], []],
])("lines %s", ([, chunks, lines]) => {
  expect(cut(chunks).lines).toEqual(lines);
});

test("a long line comes in pieces of at most 16 KiB that cut no character", () => {
  const long = `x${"ä€𝄞".repeat(10_000)}`;
  const bytes = Buffer.from(long);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 1_001) }, (_, index) =>
    bytes.subarray(index * 1_001, (index + 1) * 1_001),
  );
  const { lines } = cut(chunks);
  expect(lines.join("")).toBe(long);
  for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(16_384);
});

test("bytes that are no UTF-8 become U+FFFD, however many there are", () => {
  expect(cut([Buffer.from([0x61, 0xff, 0x0a])]).lines).toEqual(["a\ufffd"]);
  const { lines } = cut([Buffer.alloc(40_000, 0x80)]);
  expect(lines.join("")).toBe("\ufffd".repeat(40_000));
});

test("an empty line costs as much as handling it", () => {
  expect(cut(["\n".repeat(1_000)]).cost).toBe(64_000);
  expect(cut(["12345\n"]).cost).toBe(69);
});
