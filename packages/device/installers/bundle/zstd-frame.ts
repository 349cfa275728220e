import { UpdateError } from "../../error.ts";

/** What unpacking may hold in memory at once, in bytes: `zstd -19` needs 8 MiB, `--ultra -22` and `--long` far more. */
const WINDOW_MAX_BYTES = 32 * 1024 ** 2;
const MAGIC = 0xfd2fb528;
/** 0x184D2A50 to 0x184D2A5F. */
const SKIPPABLE_MAGIC = 0x184d2a50;

type Ask = { read: number } | { skip: number };

/**
 * Watches a zstd stream on its way to whatever decompresses it: nothing but frames of content, whole, with nothing behind
 * them (RFC 8878). Programs and libraries differ in what else they take, and in how much memory they let a frame have.
 * Both calls throw UpdateError `archive_refused`.
 */
export class FrameWatch {
  #asks = frame(true);
  #ask = this.#asks.next(Buffer.alloc(0));
  #held = Buffer.alloc(0);
  #skipped = 0;
  #isBetween = false;
  #isFirst = true;
  #isMagicKnown = true;
  #kept: Buffer = Buffer.alloc(0);

  /**
   * The chunk, cut where a frame ends: Node passes over what follows one in the same chunk. What may not be the beginning
   * of another frame is kept back until that is known: whatever decompresses it would find words of its own.
   */
  cut(chunk: Buffer): Buffer[] {
    const pieces = this.#piecesOf(chunk);
    if (pieces.length > 0) pieces[0] = Buffer.concat([this.#kept, ...pieces.slice(0, 1)]);
    this.#kept = (!this.#isMagicKnown && pieces.pop()) || Buffer.alloc(0);
    return pieces;
  }

  #piecesOf(chunk: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; ) {
      at += this.#take(chunk.subarray(at));
      if (!this.#isBetween) continue;
      pieces.push(chunk.subarray(from, at));
      from = at;
    }
    return from < chunk.length ? [...pieces, chunk.subarray(from)] : pieces;
  }

  /** There is no more. */
  end(): void {
    if (this.#isBetween) return;
    throw refused(this.#isFirst ? "is damaged: it ends too early" : "has bytes after its end, or ends too early");
  }

  /** Bytes that belong to what is asked for next; at the end of a frame it stops. */
  #take(bytes: Buffer): number {
    if (this.#ask.done) this.#begin();
    this.#isBetween = false;
    if (this.#ask.done) return 0;
    const asked = this.#ask.value;
    if ("skip" in asked) {
      const step = Math.min(asked.skip - this.#skipped, bytes.length);
      this.#skipped += step;
      if (this.#skipped === asked.skip) this.#next(Buffer.alloc(0));
      return step;
    }
    const step = Math.min(asked.read - this.#held.length, bytes.length);
    this.#held = Buffer.concat([this.#held, bytes.subarray(0, step)]);
    if (this.#held.length === asked.read) this.#next(this.#held);
    return step;
  }

  #next(read: Buffer): void {
    this.#isMagicKnown = true;
    this.#held = Buffer.alloc(0);
    this.#skipped = 0;
    this.#ask = this.#asks.next(read);
    if (this.#ask.done) this.#isBetween = true;
    else if ("skip" in this.#ask.value && this.#ask.value.skip === 0) this.#next(Buffer.alloc(0));
  }

  #begin(): void {
    this.#isFirst = false;
    this.#isMagicKnown = false;
    this.#asks = frame(false);
    this.#ask = this.#asks.next(Buffer.alloc(0));
  }
}

/** RFC 8878, 3.1.1: a frame's header, its blocks and its checksum. */
function* frame(isFirst: boolean): Generator<Ask, void, Buffer> {
  const magic = (yield { read: 4 }).readUInt32LE();
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) throw refused("has a frame that zstd skips; pack it without");
  if (magic !== MAGIC) throw refused(isFirst ? "is damaged or isn't a zstd archive" : "has bytes after its end");
  const descriptor = (yield { read: 1 }).readUInt8();
  if (descriptor & 0b1000) throw refused("is damaged: a reserved bit of zstd is set");
  const isSingle = (descriptor & 0b100000) !== 0;
  if (!isSingle) checkWindow(windowOf((yield { read: 1 }).readUInt8()));
  if (descriptor & 0b11) throw refused("needs a dictionary of zstd; pack it without one");
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const size = sizeBytes === 0 ? null : yield { read: sizeBytes };
  // Without a window of its own a frame is its own window.
  if (isSingle && size) checkWindow(contentSize(size));

  for (let isLast = false; !isLast; ) {
    const header = (yield { read: 3 }).readUIntLE(0, 3);
    isLast = (header & 1) !== 0;
    const type = (header >> 1) & 0b11;
    if (type === 3) throw refused("is damaged: a block of a reserved type");
    yield { skip: type === 1 ? 1 : header >> 3 };
  }
  if (descriptor & 0b100) yield { skip: 4 };
}

/** RFC 8878, 3.1.1.1.2. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 0b111);
}

/** RFC 8878, 3.1.1.1.4: two bytes count from 256. */
function contentSize(field: Buffer): number {
  if (field.length === 2) return field.readUInt16LE() + 256;
  return field.length === 8 ? Number(field.readBigUInt64LE()) : field.readUIntLE(0, field.length);
}

function checkWindow(bytes: number): void {
  if (bytes <= WINDOW_MAX_BYTES) return;
  throw refused("needs more than 32 MiB of memory to unpack; pack it with zstd -19 and without --long or --ultra");
}

function refused(why: string): UpdateError {
  return new UpdateError("archive_refused", `The bundle ${why}.`);
}
