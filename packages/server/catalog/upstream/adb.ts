import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { AdbValues } from "./adb-values.ts";
import { UpstreamError } from "./error.ts";

/** A file in apk's binary format, taken apart; what its values mean is another matter. */
export interface Adb {
  /** Four letters: `indx` an index, `pckg` a package. */
  schema: string;
  /** All that a signature covers but its own head. */
  payload: Buffer;
  values: AdbValues;
  /** The contents of the signature blocks. */
  signatures: readonly Buffer[];
}

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

const BLOCK_ALIGNMENT = 8;
const MOST_SIGNATURES = 32;

/**
 * Reads the container (testdata/readme.md): `ADBd` and a raw deflate of the rest, or `ADB.`; the schema, then blocks. Every
 * length is checked against the bytes there are. Data blocks, which only packages have, are passed over.
 *
 * @param maxBytes longest file once decompressed
 * @throws UpstreamError `bad_index`, `truncated`, `too_large`
 */
export async function parseAdb(bytes: Buffer, maxBytes: number, what: string): Promise<Adb> {
  const file = await decompressed(bytes, maxBytes, what);
  if (file.length < 8) throw cut(what);
  const schema = file.toString("latin1", 4, 8);
  let payload: Buffer | null = null;
  const signatures: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const { type, begin, end } = blockAt(file, at, what);
    if (type === ADB_BLOCK) {
      if (payload) throw bad(what, "it has two databases");
      payload = file.subarray(begin, end);
    } else if (type === SIGNATURE_BLOCK) {
      signatures.push(file.subarray(begin, end));
      if (signatures.length > MOST_SIGNATURES) throw bad(what, "it has too many signatures");
    }
    at = Math.ceil(end / BLOCK_ALIGNMENT) * BLOCK_ALIGNMENT;
  }
  if (!payload) throw cut(what);
  return { schema, payload, values: new AdbValues(payload, what), signatures };
}

const ADB_BLOCK = 0;
const SIGNATURE_BLOCK = 1;
const LONG_FORM = 3;

/** A word of type and size, the size counting that word; or where 30 bits don't do, a longer head. */
function blockAt(file: Buffer, at: number, what: string): { type: number; begin: number; end: number } {
  if (at + 4 > file.length) throw cut(what);
  const word = file.readUInt32LE(at);
  const kind = word >>> 30;
  const low = word & 0x3fffffff;
  if (kind !== LONG_FORM) return within(file, { type: kind, begin: at + 4, end: at + low }, what);
  if (at + 16 > file.length) throw cut(what);
  const size = file.readBigUInt64LE(at + 8);
  if (size > BigInt(file.length)) throw cut(what);
  return within(file, { type: low, begin: at + 16, end: at + Number(size) }, what);
}

function within(file: Buffer, block: { type: number; begin: number; end: number }, what: string) {
  if (block.end > file.length) throw cut(what);
  if (block.end < block.begin) throw bad(what, "a block is shorter than its head");
  return block;
}

async function decompressed(bytes: Buffer, maxBytes: number, what: string): Promise<Buffer> {
  switch (bytes.toString("latin1", 0, 4)) {
    case "ADB.":
      return bytes;
    case "ADBd":
      break;
    case "ADBc":
      throw bad(what, "it is compressed in a way that isn't read here; only deflate is");
    default:
      throw bad(what, "it doesn't begin as one");
  }
  try {
    const file = await inflate(bytes.subarray(4), { maxOutputLength: maxBytes });
    if (file.toString("latin1", 0, 4) !== "ADB.") throw bad(what, "it doesn't begin as one once decompressed");
    return file;
  } catch (cause) {
    if (cause instanceof UpstreamError) throw cause;
    switch (cause instanceof Error && "code" in cause ? cause.code : "") {
      case "ERR_BUFFER_TOO_LARGE":
        throw new UpstreamError("too_large", `${what} is longer than ${maxBytes} bytes once decompressed.`, { cause });
      case "Z_BUF_ERROR":
        throw cut(what, cause);
      default:
        throw bad(what, "it can't be decompressed", cause);
    }
  }
}

function bad(what: string, why: string, cause?: unknown): UpstreamError {
  return new UpstreamError("bad_index", `${what} isn't an index of apk: ${why}.`, { cause });
}

function cut(what: string, cause?: unknown): UpstreamError {
  return new UpstreamError("truncated", `${what} stops in the middle.`, { cause });
}
