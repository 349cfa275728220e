import { createHash } from "node:crypto";
import { withoutUser } from "./address.ts";
import { UpstreamError } from "./error.ts";
import { type Answer, ask, bodyOf } from "./exchange.ts";
import { isForeign, nextHop } from "./redirect.ts";
import { DEFAULT_RETRY, type RetryPolicy, withRetry } from "./retry.ts";

export interface FetchOptions {
  /** Of the last answer; with either of them the request is a conditional one. */
  validators?: { etag: string | null; lastModified: string | null } | null;
  /** A longer answer is refused. Counts bytes after decompression. */
  maxBytes: number;
  /** For redirects and further tries together. Default 30,000. */
  timeoutMs?: number;
  retry?: Partial<RetryPolicy>;
  signal?: AbortSignal;
}

export interface FetchedFile {
  status: "changed";
  bytes: Buffer;
  /** Hex. */
  sha256: string;
  etag: string | null;
  lastModified: string | null;
  /** After redirects. */
  finalUrl: string;
}

export type Fetched = { status: "unchanged" } | FetchedFile;

const DEFAULT_TIMEOUT_MS = 30_000;
const LONGEST_VALIDATOR = 256;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const LONGEST_RETRY_AFTER = 24 * 60 * 60;

/**
 * Reads a file of a mirror, whole. User name and password in the address are sent to its own host only.
 *
 * @throws UpstreamError `mirror_down`, `timeout`, `http_status`, `not_found`, `too_large`, `redirect_refused`,
 *   `html_instead`, `truncated`, `bad_answer`; when `signal` aborts, its reason
 */
export async function fetchUpstream(url: string, options: FetchOptions): Promise<Fetched> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const both = signal ? AbortSignal.any([signal, deadline]) : deadline;
  try {
    return await withRetry(() => fetchOnce(url, options, both), { ...DEFAULT_RETRY, ...options.retry }, both);
  } catch (error) {
    signal?.throwIfAborted();
    if (!deadline.aborted || error instanceof UpstreamError) throw error;
    const sentence = `${withoutUser(url)} wasn't there within ${timeoutMs / 1000} seconds.`;
    throw new UpstreamError("timeout", sentence, { cause: error });
  }
}

async function fetchOnce(address: string, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
  const { answer, url } = await follow(address, conditional(options), signal);
  if (answer.status === 200) return await readFile(answer, url, options.maxBytes, signal);
  if (answer.status === 304 && isConditional(options)) {
    // A 304 has no body; its end is waited for, so that the connection can be used for the next request.
    await answer.body.toArray({ signal });
    return { status: "unchanged" };
  }
  answer.body.destroy();
  throw refusal(answer, url);
}

/** Asks until it isn't redirected any more; any status is an answer. Throws UpstreamError as fetchUpstream. */
export async function follow(
  address: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ answer: Answer; url: URL }> {
  const given = new URL(address);
  const user = authorization(given);
  const seen = [bare(given)];
  for (let url = bare(given); ; ) {
    const foreign = isForeign(seen, url);
    const asked = { ...headers, ...(url.origin === given.origin ? user : {}) };
    const answer = await ask(url, { headers: asked, publicOnly: foreign, signal });
    const location = REDIRECTS.has(answer.status) ? answer.header("location") : null;
    if (location === null) return { answer, url };
    // The body of a redirect is never read: it may be endless.
    answer.body.destroy();
    url = nextHop(seen, location);
    seen.push(url);
  }
}

async function readFile(answer: Answer, url: URL, maxBytes: number, signal: AbortSignal): Promise<FetchedFile> {
  const tooLarge = () => new UpstreamError("too_large", `${url.href} is longer than the ${maxBytes} bytes allowed.`);
  if (Number(answer.header("content-length") ?? 0) > maxBytes) {
    answer.body.destroy();
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bodyOf(answer, url, signal)) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks, length);
  if (looksLikeHtml(bytes)) throw new UpstreamError("html_instead", `${url.href} is a web page.`);
  return {
    status: "changed",
    bytes,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    etag: validator(answer.header("etag")),
    lastModified: validator(answer.header("last-modified")),
    finalUrl: url.href,
  };
}

function conditional({ validators }: FetchOptions): Record<string, string> {
  const headers: Record<string, string> = { "accept-encoding": "gzip", "user-agent": "pawl" };
  if (validators?.etag) headers["if-none-match"] = validators.etag;
  if (validators?.lastModified) headers["if-modified-since"] = validators.lastModified;
  return headers;
}

function isConditional({ validators }: FetchOptions): boolean {
  return Boolean(validators?.etag ?? validators?.lastModified);
}

/** Only what may be sent back as a header, and stored. */
function validator(value: string | null): string | null {
  return value !== null && value.length <= LONGEST_VALIDATOR && /^[\x20-\x7e]+$/.test(value) ? value : null;
}

/** What an answer of another status than the ones hoped for comes to. */
export function refusal({ status, header }: Answer, url: URL): UpstreamError {
  const sentence = `${url.host} answers ${status} for ${url.pathname}.`;
  if (status === 404 || status === 410) return new UpstreamError("not_found", sentence, { upstreamStatus: status });
  const retryAfter = seconds(header("retry-after"), Date.now());
  return new UpstreamError("http_status", sentence, { upstreamStatus: status, retryAfter });
}

/** RFC 9110 §10.2.3: seconds, or a date. At most a day, so that no mirror can silence a catalog for good. */
function seconds(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null;
  const wait = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : Math.ceil((Date.parse(retryAfter) - now) / 1000);
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER);
}

/** No file that is read here begins with `<`; a page of a captive portal, whatever type it claims, does. */
export function looksLikeHtml(bytes: Buffer): boolean {
  return /^(\xef\xbb\xbf)?\s*<[!?a-z]/i.test(bytes.toString("latin1", 0, 64));
}

/** An address's user name and password as a header; nothing when it has none. */
export function authorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  return { authorization: `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}` };
}

/** A stray % in a password stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bare(url: URL): URL {
  return new URL(withoutUser(url.href));
}
