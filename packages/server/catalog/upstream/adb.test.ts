import { deflateRawSync, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { parseAdb } from "./adb.ts";
import { packagesOfIndex } from "./apk-index.ts";
import { golden } from "./testing/golden.ts";
import { troubleOf } from "./testing/trouble.ts";

const MAX = 1_000_000;
const PLAIN = golden("apk/packages-plain.adb");
const read = async (bytes: Buffer, maxBytes = MAX) =>
  packagesOfIndex(await parseAdb(bytes, maxBytes, "it"), "base", "it");
const deflated = (file: Buffer) => Buffer.concat([Buffer.from("ADBd"), deflateRawSync(file)]);

test("both forms are the same file", async () => {
  expect(inflateRawSync(golden("apk/packages.adb").subarray(4)).subarray(0, 8).toString()).toBe("ADB.indx");
  expect(await read(deflated(PLAIN))).toEqual(await read(PLAIN));
});

test("a block of the long form is the same block", async () => {
  const size = PLAIN.readUInt32LE(8) & 0x3fffffff;
  const head = Buffer.alloc(16);
  head.writeUInt32LE(0xc0000000, 0);
  head.writeBigUInt64LE(BigInt(size + 12), 8);
  const long = Buffer.concat([PLAIN.subarray(0, 8), head, PLAIN.subarray(12, 8 + size)]);
  expect(await read(long)).toEqual(await read(PLAIN));
  head.writeBigUInt64LE(2n ** 63n, 8);
  expect(await troubleOf(() => read(Buffer.concat([PLAIN.subarray(0, 8), head, PLAIN.subarray(12)])))).toBe(
    "truncated",
  );
});

test("a file cut anywhere is refused; without its signature it is an unsigned one", async () => {
  const signature = 8 + (PLAIN.readUInt32LE(8) & 0x3fffffff);
  expect((await parseAdb(PLAIN.subarray(0, signature), MAX, "it")).signatures).toEqual([]);
  for (let length = 0; length < PLAIN.length - 8; length++) {
    if (length >= signature && length <= signature + 7) continue;
    expect(await troubleOf(() => read(PLAIN.subarray(0, length))), `${length}`).toMatch(/truncated|bad_index/);
  }
  const packed = golden("apk/packages.adb");
  expect(await troubleOf(() => read(packed.subarray(0, 300)))).toBe("truncated");
});

test("whatever four bytes say, it is read or refused, and nothing else happens", async () => {
  const codes = new Set<string | null>();
  for (const word of [0, 1, 0xffffffff, 0x8fffffff, 0xdfffffff, 0xefffffff, 0xe0000004]) {
    for (let at = 4; at < PLAIN.length - 4; at += 2) {
      const altered = Buffer.from(PLAIN);
      altered.writeUInt32LE(word, at);
      codes.add(await troubleOf(() => read(altered)));
    }
  }
  expect(codes).toContain(null);
  expect(codes).toContain("bad_index");
});

test("a deflate bomb ends at the limit", async () => {
  const bomb = deflated(Buffer.concat([Buffer.from("ADB.indx"), Buffer.alloc(20_000_000)]));
  expect(bomb.length).toBeLessThan(50_000);
  expect(await troubleOf(() => read(bomb))).toBe("too_large");
});

test("a small file whose packages all share the longest list is refused, not unfolded", async () => {
  expect(await troubleOf(() => read(sharing(10)))).toBe(null);
  const started = performance.now();
  expect(await troubleOf(() => read(sharing(200_000)))).toBe("bad_index");
  expect(performance.now() - started).toBeLessThan(5_000);
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["a page", Buffer.from("<html>")],
  ["another compression", Buffer.from("ADBc\u0002\u0003xxxxxxxx")],
  ["no deflate", Buffer.from("ADBd\u0007\u0007\u0007\u0007xxxx")],
  ["something else inside", deflated(Buffer.from("ADBxindx"))],
  ["two databases", Buffer.concat([PLAIN, PLAIN.subarray(8)])],
])("refuses %s", async (_, bytes) => {
  expect(await troubleOf(() => read(bytes))).toBe("bad_index");
});

/** An index of so many packages, all the same object, with 2,000 dependencies, all the same too. */
function sharing(packages: number): Buffer {
  const words: number[] = [];
  const put = (type: number, values: number[]) => {
    const at = 8 + words.length * 4;
    words.push(values.length + 1);
    for (const value of values) words.push(value);
    return ((type << 28) | at) >>> 0;
  };
  // The text "a": its length and itself.
  words.push(0x6101);
  const text = 0x80000008;
  const dependency = put(0xe, [text]);
  const depends = put(
    0xd,
    Array.from({ length: 2_000 }, () => dependency),
  );
  const one = put(0xe, [text, text, ...Array.from({ length: 12 }, () => 0), depends]);
  const root = put(0xe, [
    0,
    put(
      0xd,
      Array.from({ length: packages }, () => one),
    ),
  ]);
  const all = Uint32Array.from([words.length * 4 + 12, 0, root, ...words]);
  return Buffer.concat([Buffer.from("ADB.indx"), Buffer.from(all.buffer)]);
}
