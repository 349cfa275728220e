import type { Trust } from "../types.ts";
import { withoutUser } from "./address.ts";
import { type FetchedFile, fetchUpstream } from "./fetch.ts";
import type { ReadOptions, ReadResult, Validators } from "./types.ts";

/** A file as it came, with all bodies that were sent on the way to it. */
export interface SourceFile {
  /** To be shown, compared and stored: without a user. */
  url: string;
  file: string;
  fetched: FetchedFile;
}

const MEGABYTE = 1024 * 1024;
/** Longest file of each sort, in bytes once decompressed. The largest real ones have about a fifth of it. */
export const LIMITS = {
  document: 16 * MEGABYTE,
  index: 32 * MEGABYTE,
  sums: 32 * MEGABYTE,
  feeds: MEGABYTE / 4,
  signature: 16 * 1024,
} as const;

/**
 * Reads a file of a folder; null when it is the one that the validators are of and hasn't changed since. They are left
 * aside when they are of another file or another mirror's, or were checked with other keys.
 *
 * @throws UpstreamError as fetchUpstream
 */
export async function readSourceFile(
  folderUrl: string,
  file: string,
  maxBytes: number,
  options: ReadOptions,
): Promise<SourceFile | null> {
  const { timeoutMs, retry, signal } = options;
  const address = `${folderUrl}/${file}`;
  const url = withoutUser(address);
  const own = isOf(options.validators, file, options) ? options.validators : null;
  const validators = own?.url === url ? own : null;
  const fetched = await fetchUpstream(address, { validators, maxBytes, timeoutMs, retry, signal });
  return fetched.status === "unchanged" ? null : { url, file, fetched };
}

/** The same, asked for whole. */
export async function readWholeFile(
  folderUrl: string,
  file: string,
  maxBytes: number,
  options: ReadOptions,
): Promise<SourceFile> {
  const read = await readSourceFile(folderUrl, file, maxBytes, { ...options, validators: null });
  if (read === null) throw new Error("an unconditional request isn't answered by 304");
  return read;
}

/** What a 304 is to the caller. Only a request with validators gets one. */
export function notModified({ validators }: ReadOptions): ReadResult<never> {
  if (!validators) throw new Error("an unconditional request isn't answered by 304");
  return { outcome: "unchanged", validators, transferred: 0 };
}

/** The new validators, when content of this digest is what they already were of. */
export function sameContent(
  { url, file, fetched }: SourceFile,
  sha256: string,
  options: ReadOptions,
  transferred: number,
): ReadResult<never> | null {
  const { validators } = options;
  if (!isOf(validators, file, options) || validators.sha256 !== sha256) return null;
  const { etag, lastModified } = fetched;
  return { outcome: "unchanged", validators: { ...validators, url, etag, lastModified }, transferred };
}

/** What was read, as the caller keeps it. */
export function changed<T>(
  { url, file, fetched }: SourceFile,
  content: { value: T; trust: Trust; sha256: string; size: number; transferred: number },
  options: ReadOptions,
): ReadResult<T> {
  const { etag, lastModified } = fetched;
  const { sha256 } = content;
  const keyring = options.keys?.digest ?? null;
  return { outcome: "changed", ...content, validators: { url, etag, lastModified, file, sha256, keyring } };
}

function isOf(validators: ReadOptions["validators"], file: string, { keys }: ReadOptions): validators is Validators {
  return validators?.file === file && validators.keyring === (keys?.digest ?? null);
}
