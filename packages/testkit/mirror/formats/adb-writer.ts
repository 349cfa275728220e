import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { ApkKey } from "../keys.ts";

/** A value in an ADB block: four bits of type, 28 of number or place. Zero is null. */
export type AdbValue = number;

export const NULL: AdbValue = 0;
const LIMIT = 1 << 28;
const TYPE = {
  int: 0x10000000,
  int4: 0x20000000,
  blob1: 0x80000000,
  blob2: 0x90000000,
  array: 0xd0000000,
  object: 0xe0000000,
};
/** Small windows are enough for small files, and many times quicker to set up. */
const SMALL = 16_384;
const QUICK = { level: 1, windowBits: 10, memLevel: 1 };
const BLOCK = { adb: 0, signature: 1, data: 2 };

/** Writes the payload of an ADB block, apk's own kind of database. Equal strings are stored once. */
export class AdbWriter {
  #bytes = Buffer.alloc(4096);
  #length = 8;
  readonly #texts = new Map<string, AdbValue>();

  text(text: string): AdbValue {
    if (text === "") return NULL;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const value = this.blob(Buffer.from(text));
    this.#texts.set(text, value);
    return value;
  }

  blob(bytes: Uint8Array): AdbValue {
    if (bytes.length === 0) return NULL;
    const long = bytes.length > 255;
    const at = this.#reserve((long ? 2 : 1) + bytes.length, long ? 2 : 1);
    if (long) this.#bytes.writeUInt16LE(bytes.length, at);
    else this.#bytes.writeUInt8(bytes.length, at);
    this.#bytes.set(bytes, at + (long ? 2 : 1));
    return (long ? TYPE.blob2 : TYPE.blob1) + at;
  }

  int(number: number): AdbValue {
    if (number < LIMIT) return TYPE.int + number;
    const at = this.#reserve(4, 4);
    this.#bytes.writeUInt32LE(number, at);
    return TYPE.int4 + at;
  }

  /** None at all is null. */
  array(values: readonly AdbValue[]): AdbValue {
    return values.length === 0 ? NULL : this.#list(TYPE.array, values);
  }

  /** Fields by position; those at the end that are null are left out. */
  object(fields: readonly AdbValue[]): AdbValue {
    let used = fields.length;
    while (used > 0 && fields[used - 1] === NULL) used--;
    return used === 0 ? NULL : this.#list(TYPE.object, fields.slice(0, used));
  }

  /** The whole block. Nothing can be added after it. */
  finish(root: AdbValue): Buffer {
    this.#bytes.writeUInt32LE(root, 4);
    return this.#bytes.subarray(0, this.#length);
  }

  #list(type: number, values: readonly AdbValue[]): AdbValue {
    const at = this.#reserve(4 * (values.length + 1), 4);
    this.#bytes.writeUInt32LE(values.length + 1, at);
    for (let i = 0; i < values.length; i++) this.#bytes.writeUInt32LE(values[i] ?? NULL, at + 4 * (i + 1));
    return type + at;
  }

  #reserve(size: number, alignment: number): number {
    const at = Math.ceil(this.#length / alignment) * alignment;
    this.#length = at + size;
    if (this.#length >= LIMIT) throw new RangeError("too much for one ADB block");
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return at;
  }
}

/** A file's content inside a package: which path, which file of it, both counted from 1. */
export interface DataBlock {
  path: number;
  file: number;
  content: Uint8Array;
}

export interface AdbFile {
  /** `indx` for an index, `pckg` for a package. */
  schema: "indx" | "pckg";
  payload: Buffer;
  key?: ApkKey;
  data?: readonly DataBlock[];
}

/** An ADB file as apk writes it: `ADBd` and raw deflate around schema, block, signature and data. */
export function adbFile({ schema, payload, key, data = [] }: AdbFile): Buffer {
  const parts = [Buffer.from(`ADB.${schema}`), ...block(BLOCK.adb, payload)];
  if (key) parts.push(...block(BLOCK.signature, signature(schema, payload, key)));
  for (const { path, file, content } of data) {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(path, 0);
    header.writeUInt32LE(file, 4);
    parts.push(...block(BLOCK.data, Buffer.concat([header, content])));
  }
  return Buffer.concat([
    Buffer.from("ADBd"),
    deflateRawSync(Buffer.concat(parts), payload.length < SMALL ? QUICK : {}),
  ]);
}

/** The same index with another signature, or with none. */
export function resigned(file: Uint8Array, key: ApkKey | null): Buffer {
  const content = inflateRawSync(file.subarray(4));
  const size = content.readUInt32LE(8) & (LIMIT - 1);
  const payload = content.subarray(12, 8 + size);
  return adbFile({ schema: "indx", payload, ...(key && { key }) });
}

function signature(schema: string, payload: Buffer, key: ApkKey): Buffer {
  const head = Buffer.concat([Buffer.of(0, 4), key.id]);
  const digest = createHash("sha512").update(payload).digest();
  return Buffer.concat([head, key.sign(Buffer.concat([Buffer.from(schema), head, digest]))]);
}

function block(type: number, payload: Buffer): Buffer[] {
  const head = Buffer.alloc(4);
  const size = payload.length + 4;
  head.writeUInt32LE(type * 2 ** 30 + size);
  return [head, payload, Buffer.alloc((8 - (size % 8)) % 8)];
}
