import { createHash, createPublicKey, verify } from "node:crypto";
import { inflateRawSync } from "node:zlib";

/** What a file says, read by nothing the writer uses. */
export interface ReadAdb {
  schema: string;
  payload: Buffer;
  root: Value;
  signature: { head: Buffer; der: Buffer } | null;
  data: Buffer[];
}

export type Value = null | number | string | Value[];

/** A small reader of apk's ADB files, proved by files of the real apk: strings are latin1, so that no byte is lost. */
export function readAdb(file: Buffer): ReadAdb {
  const bytes = file.toString("latin1", 0, 4) === "ADBd" ? inflateRawSync(file.subarray(4)) : file;
  const read: ReadAdb = {
    schema: bytes.toString("latin1", 4, 8),
    payload: Buffer.alloc(0),
    root: null,
    signature: null,
    data: [],
  };
  for (let at = 8; at + 4 <= bytes.length; ) {
    const word = bytes.readUInt32LE(at);
    const size = word % 2 ** 30;
    const block = bytes.subarray(at + 4, at + size);
    const type = Math.floor(word / 2 ** 30);
    if (type === 0) Object.assign(read, { payload: block, root: valueAt(block, block.readUInt32LE(4)) });
    else if (type === 1) read.signature = { head: block.subarray(0, 18), der: block.subarray(18) };
    else read.data.push(block);
    at += Math.ceil(size / 8) * 8;
  }
  return read;
}

/** Whether the file's signature is of this public key (PEM). */
export function isSignedBy({ schema, payload, signature }: ReadAdb, pem: string): boolean {
  if (!signature) return false;
  const digest = createHash("sha512").update(payload).digest();
  const message = Buffer.concat([Buffer.from(schema), signature.head, digest]);
  return verify("sha512", message, createPublicKey(pem), signature.der);
}

/** The packages of an index, as `apk adbdump` names their fields. */
export function packagesOf({ root }: ReadAdb): Record<string, unknown>[] {
  const [, packages] = root as [Value, Value[]];
  return packages.map((fields) => {
    const named = Object.fromEntries(FIELDS.map((name, at) => [name, (fields as Value[])[at] ?? null]));
    const { hashes, depends, provides, tags, ...rest } = named;
    return {
      ...rest,
      hashes: Buffer.from(String(hashes), "latin1").toString("hex"),
      depends: ((depends ?? []) as Value[][]).map(dependencyText),
      provides: ((provides ?? []) as Value[][]).map(dependencyText),
      tags: tags ?? [],
    };
  });
}

const FIELDS = [
  "name",
  "version",
  "hashes",
  "description",
  "arch",
  "license",
  "origin",
  "maintainer",
  "url",
  "commit",
  "build-time",
  "installed-size",
  "file-size",
  "priority",
  "depends",
  "provides",
  "replaces",
  "install-if",
  "recommends",
  "layer",
  "tags",
];

function dependencyText([name, version, match]: Value[]): string {
  const bits = typeof match === "number" ? match : version ? 1 : 0;
  const sign = `${bits & 4 ? ">" : ""}${bits & 2 ? "<" : ""}${bits & 8 ? "~" : bits & 1 ? "=" : ""}`;
  return `${bits & 16 ? "!" : ""}${name}${version ? `${sign}${version}` : ""}`;
}

function valueAt(block: Buffer, value: number): Value {
  const type = Math.floor(value / 2 ** 28);
  const x = value % 2 ** 28;
  if (type === 0) return null;
  if (type === 1) return x;
  if (type === 2) return block.readUInt32LE(x);
  if (type === 8) return block.toString("latin1", x + 1, x + 1 + block.readUInt8(x));
  if (type === 9) return block.toString("latin1", x + 2, x + 2 + block.readUInt16LE(x));
  if (type !== 13 && type !== 14) throw new Error(`a value of type ${type}`);
  const length = block.readUInt32LE(x);
  return Array.from({ length: length - 1 }, (_, at) => valueAt(block, block.readUInt32LE(x + 4 * (at + 1))));
}
