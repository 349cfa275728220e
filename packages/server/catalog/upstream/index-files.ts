import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Trust } from "../types.ts";
import { parseAdb } from "./adb.ts";
import { verifyAdb } from "./adb-signature.ts";
import { packagesOfIndex } from "./apk-index.ts";
import { UpstreamError } from "./error.ts";
import { parseIndexJson } from "./index-json.ts";
import { keysFor } from "./keys-for.ts";
import { parsePackagesFile } from "./packages-file.ts";
import { readSignature } from "./signature-file.ts";
import { LIMITS, type SourceFile } from "./source-file.ts";
import type { Feed, ReadOptions } from "./types.ts";
import { verifyUsign } from "./usign.ts";

/** A file that a folder's packages can be read from. */
export interface IndexFile {
  file: string;
  /** As it comes. */
  maxBytes: number;
  /** The bytes that are signed, and their digest. */
  content(read: SourceFile): Promise<{ bytes: Buffer; sha256: string }>;
  /** How far they may be believed, and what they say. Refuses what a configured key doesn't allow. */
  check(index: Unchecked): Promise<Checked>;
}

interface Unchecked {
  read: SourceFile;
  bytes: Buffer;
  folderUrl: string;
  options: ReadOptions;
}

interface Checked {
  trust: Trust;
  parse: (feed: string) => Feed;
  /** Bytes of further bodies. */
  transferred: number;
}

/** The first that is there is read. `index.json` has names and versions only, and no signature: it comes last. */
export const INDEX_FILES: readonly IndexFile[] = [
  { file: "packages.adb", maxBytes: LIMITS.index, content: asItCame, check: checkAdb },
  { file: "Packages.gz", maxBytes: LIMITS.index, content: decompressed, check: checkPackages },
  { file: "Packages", maxBytes: LIMITS.index, content: asItCame, check: checkPackages },
  { file: "index.json", maxBytes: LIMITS.document, content: asItCame, check: checkIndexJson },
];

async function checkAdb({ read, bytes, options }: Unchecked): Promise<Checked> {
  const adb = await parseAdb(bytes, LIMITS.index, read.url);
  const keys = keysFor("apk", read, options);
  if (keys) verifyAdb(adb, keys, read.url);
  const trust = keys ? "verified" : "unchecked";
  return { trust, parse: (feed) => packagesOfIndex(adb, feed, read.url), transferred: 0 };
}

async function checkPackages({ read, bytes, folderUrl, options }: Unchecked): Promise<Checked> {
  const parse = (feed: string) => parsePackagesFile(bytes, feed, read.url);
  const keys = keysFor("usign", read, options);
  if (!keys) return { trust: "unchecked", parse, transferred: 0 };
  // It signs the text, whichever of the two files that came from (imagebuilder §11).
  const { text, transferred } = await readSignature(folderUrl, "Packages.sig", options);
  verifyUsign(bytes, text, keys, read.url);
  return { trust: "verified", parse, transferred };
}

async function checkIndexJson({ read, bytes, options }: Unchecked): Promise<Checked> {
  if (options.keys && !options.keys.isEmpty) {
    throw new UpstreamError("signature_missing", `A signature is wanted, and ${read.url} is of a kind that has none.`);
  }
  return { trust: "unsigned", parse: (feed) => parseIndexJson(bytes, feed, read.url), transferred: 0 };
}

async function asItCame({ fetched }: SourceFile): Promise<{ bytes: Buffer; sha256: string }> {
  return fetched;
}

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** Some hosts take `.gz` for a way to send it, and it arrives without. */
async function decompressed({ url, fetched }: SourceFile): Promise<{ bytes: Buffer; sha256: string }> {
  if (!fetched.bytes.subarray(0, 2).equals(GZIP_MAGIC)) return fetched;
  try {
    const bytes = await inflate(fetched.bytes, { maxOutputLength: LIMITS.index });
    return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "";
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new UpstreamError("too_large", `${url} is longer than ${LIMITS.index} bytes once decompressed.`, { cause });
    }
    if (code === "Z_BUF_ERROR") throw new UpstreamError("truncated", `${url} stops in the middle.`, { cause });
    throw new UpstreamError("bad_index", `${url} can't be decompressed.`, { cause });
  }
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
