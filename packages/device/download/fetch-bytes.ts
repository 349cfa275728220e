import { setTimeout as sleep } from "node:timers/promises";
import { UpdateError } from "../error.ts";
import { type Answer, type AnswerHeaders, drop } from "./answer.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { hostOf } from "./redact-url.ts";
import { refusalOf } from "./refusal.ts";
import { bodyOf, declaredLength, request } from "./request.ts";
import { backOffMs, isPassing, timeoutTrouble } from "./trouble.ts";

const MORE_TRIES = 2;
const FIRST_PAUSE_MS = 400;
const IDLE_MS = 15_000;

export interface FetchOptions {
  /** A longer answer is refused, in bytes, after decompression. */
  maxBytes: number;
  /** For everything together, further tries too, in milliseconds. */
  timeoutMs: number;
  /** Longest silence, in milliseconds. */
  idleMs?: number;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

export interface Fetched {
  /** 200 to 299; or 304, only when the request was conditional. */
  status: number;
  headers: AnswerHeaders;
  bytes: Uint8Array;
  /** Where it came from in the end, after redirects; without user and password. */
  url: string;
}

/**
 * Reads something small from the network, whole. Passing troubles (connection reset, 502, 503, 504) are tried twice
 * more. Throws UpdateError `offline`, `host_error`, `rate_limited`, `not_found` or `too_large`; when `signal` aborts,
 * its reason.
 */
export async function fetchBytes(url: string, options: FetchOptions): Promise<Fetched> {
  const { timeoutMs, idleMs = IDLE_MS, signal } = options;
  using deadline = startDeadline({
    totalMs: timeoutMs,
    idleMs,
    expired: (after) => timeoutTrouble(url, after),
    signal,
  });
  for (let tries = 0; ; tries++) {
    deadline.touch();
    try {
      return await fetchOnce(url, options, deadline);
    } catch (error) {
      if (tries === MORE_TRIES || !isPassing(error)) throw error;
    }
    deadline.hold();
    await sleep(backOffMs(tries, FIRST_PAUSE_MS), undefined, { signal: deadline.signal }).catch(() => undefined);
    deadline.signal.throwIfAborted();
  }
}

async function fetchOnce(
  address: string,
  { maxBytes, headers = {} }: FetchOptions,
  { signal, touch }: Deadline,
): Promise<Fetched> {
  const asked = { "accept-encoding": "gzip", ...headers };
  const { response, url } = await request(address, { headers: asked, signal });
  touch();
  if (!isOk(response.status) && !(response.status === 304 && isConditional(headers))) {
    throw await refusalOf(response, url, { sent: headers, signal });
  }
  const bytes = await readCapped(response, url, maxBytes, { signal, touch });
  return { status: response.status, headers: response.headers, bytes, url };
}

async function readCapped(
  response: Answer,
  url: string,
  maxBytes: number,
  { signal, touch }: Pick<Deadline, "signal" | "touch">,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if ((declaredLength(response.headers) ?? 0) > maxBytes) {
    drop(response);
    throw tooLarge(url, maxBytes);
  }
  for await (const chunk of bodyOf(response, url, signal)) {
    touch();
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(url, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(url: string, maxBytes: number): UpdateError {
  const sentence = `What ${hostOf(url)} sent for ${new URL(url).pathname} is longer than the ${maxBytes} bytes allowed.`;
  return new UpdateError("too_large", sentence);
}

function isConditional(headers: Record<string, string>): boolean {
  return Object.keys(headers).some((name) => /^if-(none-match|modified-since)$/i.test(name));
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}
