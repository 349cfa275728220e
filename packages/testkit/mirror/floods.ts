import { deflateRawSync, gzipSync } from "node:zlib";

const GIB = 2 ** 30;
const PART = 16 * 1024 * 1024;

/** So many bytes of nothing, a thousand times smaller: several gzip members of 16 MiB each. */
export function gzipBomb(bytes = GIB): Buffer {
  const member = gzipSync(Buffer.alloc(PART), { level: 9 });
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / PART) }, () => member));
}

/** The same as an apk index, which is a raw deflate stream after four letters. */
export function adbBomb(bytes = GIB): Buffer {
  const part = deflateRawSync(Buffer.alloc(PART), { level: 9, finishFlush: 2 });
  const parts = Array.from({ length: Math.ceil(bytes / PART) }, () => part);
  return Buffer.concat([Buffer.from("ADBd"), ...parts, deflateRawSync(Buffer.alloc(0))]);
}

/** An index of `bytes` bytes in parts of some 64 kB: a well-formed beginning and row after row, as its name says. */
export function* endlessIndex(path: string, bytes = GIB): Generator<Buffer> {
  const json = path.endsWith(".json");
  const head = Buffer.from(json ? '{"architecture":"x86_64","packages":{"a":"1"' : "");
  const tail = Buffer.from(json ? "}}" : "");
  yield head;
  let left = bytes - head.length - tail.length;
  for (let part = 0; left > 0; part++) {
    const rows = Buffer.from(json ? jsonRows(part) : stanzas(part)).subarray(0, left);
    left -= rows.length;
    // What is left after the last whole row is filled with what does no harm.
    yield left > 0 || !json ? rows : Buffer.alloc(rows.length, " ");
  }
  yield tail;
}

const ROWS = 1000;

function jsonRows(part: number): string {
  return Array.from({ length: ROWS }, (_, row) => `,"flood-${part}-${row}":"1.0-r${row}"`).join("");
}

function stanzas(part: number): string {
  return Array.from(
    { length: ROWS },
    (_, row) => `Package: flood-${part}-${row}\nVersion: 1.0-r1\nArchitecture: x86_64\nSize: 1\nDescription:  x\n\n`,
  ).join("");
}
