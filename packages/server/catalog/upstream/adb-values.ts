import { isUtf8 } from "node:buffer";
import { UpstreamError } from "./error.ts";

/** A value as it lies in the file: 4 bits of type, 28 bits of number or place. */
export type AdbValue = number;

/** All lists and objects of a file together; a real one of 12,000 packages has 600,000. Lists may share their parts. */
const MOST_VALUES = 6_000_000;

const NULL = 0;
const SMALL_NUMBER = 0x1;
const NUMBER_32 = 0x2;
const NUMBER_64 = 0x3;
const BYTES_8 = 0x8;
const BYTES_16 = 0x9;
const BYTES_32 = 0xa;
const LIST = 0xd;
const OBJECT = 0xe;

/** Head of the block: two versions, two bytes of zero; then the root. */
const ROOT_AT = 4;

/**
 * The values of an ADB block. Each is read when it is asked for, with every place and length checked. A missing field is
 * the same as null. Throws UpstreamError `bad_index`.
 */
export class AdbValues {
  readonly #block: Buffer;
  readonly #what: string;
  /** By type and place: a string that many packages share is made once. */
  readonly #texts = new Map<number, string>();
  #read = 0;

  constructor(block: Buffer, what: string) {
    this.#block = block;
    this.#what = what;
  }

  get root(): AdbValue {
    return this.#u32(ROOT_AT);
  }

  /** Items of a list, fields of an object; empty for null. */
  parts(value: AdbValue): readonly AdbValue[] {
    const type = value >>> 28;
    if (value === NULL) return [];
    if (type !== LIST && type !== OBJECT) throw this.#bad("a list or an object is missing");
    const at = value & 0x0fffffff;
    // The count counts itself.
    const count = this.#u32(at);
    if (count < 1 || at + count * 4 > this.#block.length) throw this.#bad("a list is longer than the file");
    this.#read += count;
    if (this.#read > MOST_VALUES) throw this.#bad("it has too many values");
    const parts: AdbValue[] = [];
    for (let index = 1; index < count; index++) parts.push(this.#block.readUInt32LE(at + index * 4));
    return parts;
  }

  /** Null for null; not UTF-8 is refused. */
  text(value: AdbValue | undefined): string | null {
    if (value === undefined || value === NULL) return null;
    // Texts are of types with the top bit set. Without it the value is a small integer, which a map finds quicker.
    if (value >>> 31 === 0) throw this.#bad("a text is missing");
    const key = value & 0x7fffffff;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const text = this.#decoded(this.#bytes(value));
    this.#texts.set(key, text);
    return text;
  }

  number(value: AdbValue | undefined): number | null {
    if (value === undefined || value === NULL) return null;
    const at = value & 0x0fffffff;
    switch (value >>> 28) {
      case SMALL_NUMBER:
        return at;
      case NUMBER_32:
        return this.#u32(at);
      case NUMBER_64: {
        const number = this.#u32(at) + this.#u32(at + 4) * 2 ** 32;
        if (!Number.isSafeInteger(number)) throw this.#bad("a number is too large");
        return number;
      }
      default:
        throw this.#bad("a number is missing");
    }
  }

  #bytes(value: AdbValue): Buffer {
    const at = value & 0x0fffffff;
    switch (value >>> 28) {
      case BYTES_8:
        return this.#slice(at + 1, this.#inside(at, 1).readUInt8(at));
      case BYTES_16:
        return this.#slice(at + 2, this.#inside(at, 2).readUInt16LE(at));
      case BYTES_32:
        return this.#slice(at + 4, this.#u32(at));
      default:
        throw this.#bad("a text is missing");
    }
  }

  #decoded(bytes: Buffer): string {
    const text = bytes.toString("utf8");
    // What isn't UTF-8 becomes this sign; so does itself, so it is looked at again.
    if (text.includes("\ufffd") && !isUtf8(bytes)) {
      throw new UpstreamError("not_utf8", `${this.#what} has a text that isn't UTF-8.`);
    }
    return text;
  }

  #slice(begin: number, length: number): Buffer {
    return this.#inside(begin, length).subarray(begin, begin + length);
  }

  #u32(at: number): number {
    return this.#inside(at, 4).readUInt32LE(at);
  }

  #inside(at: number, length: number): Buffer {
    if (at + length > this.#block.length) throw this.#bad("a value lies outside of the file");
    return this.#block;
  }

  #bad(why: string): UpstreamError {
    return new UpstreamError("bad_index", `${this.#what} isn't an index of apk: ${why}.`);
  }
}
