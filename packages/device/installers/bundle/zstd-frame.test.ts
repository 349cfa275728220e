import * as zlib from "node:zlib";
import { expect, test } from "vitest";
import { FrameWatch } from "./zstd-frame.ts";

const { zstdCompressSync } = zlib as unknown as { zstdCompressSync(bytes: Buffer): Buffer };
const frame = (text: string) => zstdCompressSync(Buffer.from(text));
const stream = Buffer.concat([frame("one"), frame(""), frame("three")]);

test.each([1, 2, 3, 5, 1_000])(
  "frames that come %i bytes at a time go on whole, each cut off where it ends",
  (size) => {
    const watch = new FrameWatch();
    const pieces: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) pieces.push(...watch.cut(stream.subarray(at, at + size)));
    watch.end();
    expect(Buffer.concat(pieces)).toEqual(stream);
    let end = 0;
    const ends = pieces.map((piece) => (end += piece.length));
    expect(ends).toEqual(expect.arrayContaining([frame("one").length, frame("one").length + frame("").length]));
  },
);

test.each([1, 2, 3])("%i bytes behind a frame never get to whatever decompresses it", (count) => {
  const watch = new FrameWatch();
  const passed = watch.cut(Buffer.concat([frame("one"), Buffer.alloc(count)]));
  expect(Buffer.concat(passed)).toEqual(frame("one"));
  expect(() => watch.end()).toThrow("has bytes after its end");
});
