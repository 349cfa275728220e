import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as zlib from "node:zlib";

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** One frame, as programs write it. */
export function zstdSync(bytes: Uint8Array): Buffer {
  const { zstdCompressSync, constants } = zlib as unknown as {
    zstdCompressSync(bytes: Uint8Array, options: object): Buffer;
    constants: { ZSTD_c_checksumFlag: number };
  };
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

export interface FrameFixture {
  /** The header's first byte; default: a window follows, and neither size nor checksum. */
  descriptor?: number;
  /** What follows it. Default: a window of 1 MiB. */
  header?: readonly number[];
  /** Type of the blocks; 3 is reserved. */
  type?: number;
  isEnded?: boolean;
}

/** A frame of blocks that aren't compressed, header by header: tests need frames that no program would write. */
export function frameOf(
  content: Uint8Array,
  { descriptor = 0, header = [10 << 3], type = 0, isEnded = true }: FrameFixture = {},
): Buffer {
  const blocks: Buffer[] = [];
  const size = 64 * 1024;
  for (let at = 0; at < content.length; at += size) {
    const block = content.subarray(at, at + size);
    const isLast = isEnded && at + size >= content.length;
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (type << 1) | (isLast ? 1 : 0), 0, 3);
    blocks.push(head, Buffer.from(block));
  }
  return Buffer.concat([MAGIC, Buffer.from([descriptor, ...header]), ...blocks]);
}

/** A frame that programs pass over (RFC 8878, 3.1.2). */
export function skippableFrame(content: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18]), size, Buffer.from(content)]);
}

/** Stands in for the program, with Node's own zstd; it insists on the arguments it gets. */
const STAND_IN = `
const { createZstdDecompress, createZstdCompress } = require("node:zlib");
const { pipeline } = require("node:stream");
const asked = process.argv.slice(2).join(" ");
const streams = { "-dcq --memory=64MB": createZstdDecompress, "-19 -cq --check": createZstdCompress };
if (!streams[asked]) throw new Error("unknown arguments: " + asked);
pipeline(process.stdin, streams[asked](), process.stdout, (error) => {
  if (!error) return;
  console.error("zstd: " + error.message);
  process.exitCode = 1;
});
`;

/** Makes a folder with a program \`zstd\` in it, for a PATH. \`script\`: a shell script instead of the stand-in. */
export async function folderWithZstd(dir: string, script?: string): Promise<string> {
  const folder = join(dir, "bin");
  await mkdir(folder, { recursive: true });
  const text = script === undefined ? `#!${process.execPath}\n${STAND_IN}` : `#!/bin/sh\n${script}\n`;
  await writeFile(join(folder, "zstd"), text);
  await chmod(join(folder, "zstd"), 0o755);
  return folder;
}
