/** LZMA2's and zstd's largest pieces that aren't compressed. */
const XZ_CHUNK = 64 * 1024;
const ZSTD_BLOCK = 128 * 1024;

/**
 * A zstd file (RFC 8878) that holds its content as it is: any zstd unpacks it, none is needed to make it, and its bytes
 * don't depend on a library's version.
 */
export function zstdStored(content: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(0xfd2fb528, 0);
  // One segment, its size in four bytes.
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(content.length, 5);
  const parts: Uint8Array[] = [head];
  for (let at = 0; at === 0 || at < content.length; at += ZSTD_BLOCK) {
    const piece = content.subarray(at, at + ZSTD_BLOCK);
    const isLast = at + ZSTD_BLOCK >= content.length;
    const blockHead = Buffer.alloc(3);
    blockHead.writeUIntLE(piece.length * 8 + (isLast ? 1 : 0), 0, 3);
    parts.push(blockHead, piece);
  }
  return Buffer.concat(parts);
}

/** An xz file of one block that holds its content as it is, with a CRC32. */
export function xzStored(content: Uint8Array): Buffer {
  const flags = Buffer.of(0, 1);
  // LZMA2, with a dictionary of 1 MiB.
  const blockHead = withCrc(Buffer.of(2, 0, 0x21, 1, 0x10, 0, 0, 0));
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += XZ_CHUNK) {
    const piece = content.subarray(at, at + XZ_CHUNK);
    const chunkHead = Buffer.of(at === 0 ? 1 : 2, 0, 0);
    chunkHead.writeUInt16BE(piece.length - 1, 1);
    chunks.push(chunkHead, piece);
  }
  const data = Buffer.concat([...chunks, Buffer.of(0)]);
  const unpadded = blockHead.length + data.length + 4;
  const index = withCrc(padded(Buffer.concat([Buffer.of(0, 1), number(unpadded), number(content.length)])));
  const backward = Buffer.alloc(4);
  backward.writeUInt32LE(index.length / 4 - 1);
  const tail = Buffer.concat([backward, flags]);
  return Buffer.concat([
    Buffer.from("fd377a585a00", "hex"),
    withCrc(flags),
    blockHead,
    padded(data),
    crc32(content),
    index,
    crc32(tail),
    tail,
    Buffer.from("YZ"),
  ]);
}

function withCrc(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, crc32(bytes)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** Seven bits a byte, the lowest first. */
function number(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(content: Uint8Array): Buffer {
  let value = 0xffffffff;
  for (let at = 0; at < content.length; at++) value = (value >>> 8) ^ (TABLE[(value ^ (content[at] ?? 0)) & 255] ?? 0);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((value ^ 0xffffffff) >>> 0);
  return bytes;
}
