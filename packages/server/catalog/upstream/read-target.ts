import { createHash } from "node:crypto";
import type { Target, Trust } from "../types.ts";
import { UpstreamError } from "./error.ts";
import { keysFor } from "./keys-for.ts";
import { parseProfilesJson } from "./profiles-json.ts";
import { parseSha256sums } from "./sha256sums.ts";
import { readSignature } from "./signature-file.ts";
import {
  changed,
  LIMITS,
  notModified,
  readSourceFile,
  readWholeFile,
  type SourceFile,
  sameContent,
} from "./source-file.ts";
import type { ReadOptions, ReadResult } from "./types.ts";
import { type UsignKey, verifyUsign } from "./usign.ts";

const FILE = "profiles.json";

/**
 * A target's `profiles.json`. With keys it has to be the one that `sha256sums` names, and that file be signed by one of the
 * usign keys; a mirror in the middle of its own update is asked once more.
 *
 * @param versionUrl the version's folder, without a slash at the end
 * @throws UpstreamError also `signature_missing`, `signature_wrong`, `hash_mismatch`, `out_of_step`
 */
export async function readTarget(
  versionUrl: string,
  target: string,
  options: ReadOptions = {},
): Promise<ReadResult<Target>> {
  const folderUrl = `${versionUrl}/targets/${target}`;
  const first = await readSourceFile(folderUrl, FILE, LIMITS.document, options);
  if (first === null) return notModified(options);
  const transferred = first.fetched.bytes.length;
  const same = sameContent(first, first.fetched.sha256, options, transferred);
  if (same) return same;
  const keys = keysFor("usign", first, options);
  if (!keys) return result(first, target, "unchecked", transferred, options);
  try {
    const more = await checkSums(first, folderUrl, keys, options);
    return result(first, target, "verified", transferred + more, options);
  } catch (error) {
    if (!isOfTwoTimes(error)) throw error;
  }
  const second = await readWholeFile(folderUrl, FILE, LIMITS.document, options);
  const more = await checkSums(second, folderUrl, keys, options);
  return result(second, target, "verified", transferred + second.fetched.bytes.length + more, options);
}

function result(
  read: SourceFile,
  target: string,
  trust: Trust,
  transferred: number,
  options: ReadOptions,
): ReadResult<Target> {
  const { bytes, sha256 } = read.fetched;
  const value = parseProfilesJson(bytes, target, read.url);
  return changed(read, { value, trust, sha256, size: bytes.length, transferred }, options);
}

/** What files look like of which some were replaced between two requests. */
function isOfTwoTimes(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  return error.code === "hash_mismatch" || error.code === "out_of_step" || error.code === "signature_wrong";
}

/** That the signed sums name these bytes. Returns how many bytes that took. */
async function checkSums(
  read: SourceFile,
  folderUrl: string,
  keys: readonly UsignKey[],
  options: ReadOptions,
): Promise<number> {
  const [sumsFile, signature] = await Promise.all([
    readWholeFile(folderUrl, "sha256sums", LIMITS.sums, options).catch(asUnsigned),
    readSignature(folderUrl, "sha256sums.sig", options),
  ]);
  const { bytes } = sumsFile.fetched;
  verifyUsign(bytes, signature.text, keys, sumsFile.url);
  const sums = parseSha256sums(bytes, sumsFile.url);
  const named = sums.get(FILE);
  if (named === undefined) throw new UpstreamError("out_of_step", `${sumsFile.url} doesn't name ${FILE}.`);
  if (named !== read.fetched.sha256) throw mismatch(read, sums);
  return bytes.length + signature.transferred;
}

function asUnsigned(error: unknown): never {
  if (!(error instanceof UpstreamError) || error.code !== "not_found") throw error;
  throw new UpstreamError("signature_missing", `There are no signed sums: ${error.message}`, { cause: error });
}

/**
 * The sums also name version.buildinfo, which holds the revision and nothing else: when they are of another revision than
 * profiles.json says, the mirror is between two builds; when not, the file was altered.
 */
function mismatch({ url, fetched }: SourceFile, sums: ReadonlyMap<string, string>): UpstreamError {
  const revision = sums.get("version.buildinfo");
  const said = /"version_code"\s*:\s*"([^"]{1,128})"/.exec(fetched.bytes.toString("utf8"))?.[1];
  if (revision !== undefined && said !== undefined && revision !== sha256(`${said}\n`) && revision !== sha256(said)) {
    return new UpstreamError(
      "out_of_step",
      `${url} is of ${said}, and the signed sums beside it are of another revision.`,
    );
  }
  return new UpstreamError("hash_mismatch", `${url} isn't the file that the signed sums beside it name.`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
