import { ServerError, type ServerErrorCode } from "../../error.ts";
import { codeOf } from "../trouble.ts";
import { TooSlow } from "./times.ts";

/** Seconds. */
const RETRY_AFTER = 30;

interface Trouble {
  code: ServerErrorCode;
  sentence: string;
}

const unavailable = (sentence: string): Trouble => ({ code: "store_unavailable", sentence });
const failed = (sentence: string): Trouble => ({ code: "store_failed", sentence });

const WRONG_KEY = failed("The store doesn't know the key that it is used with, or the key's secret is wrong.");
const NOT_ALLOWED = failed("The store doesn't allow this with the key that it is used with.");
const BUSY = unavailable("The store has too much to do, and asks to be left alone for a while.");
const NO_ROOM: Trouble = { code: "store_full", sentence: "The store is full: nothing of this build was kept." };
// Passing: from each answer the SDK learns the store's time, and the next request goes by that.
const WRONG_CLOCK = unavailable("The store refuses what this machine asks, since their clocks differ too much.");
const NO_KEY = failed("There is no key to use the store with.");
const SLOW = unavailable("The store doesn't answer in time.");
const UNREACHED = unavailable("The store can't be reached.");

/** By the protocol's names of errors, and the SDK's. */
const NAMED: Readonly<Record<string, Trouble>> = {
  NoSuchBucket: failed("The store's bucket doesn't exist."),
  PermanentRedirect: failed("The store's bucket is in another region than configured."),
  AuthorizationHeaderMalformed: failed("The store's bucket is in another region than configured."),
  AccessDenied: NOT_ALLOWED,
  InvalidAccessKeyId: WRONG_KEY,
  SignatureDoesNotMatch: WRONG_KEY,
  ExpiredToken: WRONG_KEY,
  InvalidToken: WRONG_KEY,
  CredentialsProviderError: NO_KEY,
  RequestTimeTooSkewed: WRONG_CLOCK,
  RequestExpired: WRONG_CLOCK,
  SlowDown: BUSY,
  TooManyRequests: BUSY,
  Throttling: BUSY,
  RequestTimeout: SLOW,
  TimeoutError: SLOW,
  TooSlow: SLOW,
  QuotaExceeded: NO_ROOM,
  InsufficientStorage: NO_ROOM,
  XMinioStorageFull: NO_ROOM,
  XMinioAdminBucketQuotaExceeded: NO_ROOM,
};

const BY_STATUS: Readonly<Record<number, Trouble>> = {
  401: WRONG_KEY,
  403: NOT_ALLOWED,
  429: BUSY,
  503: BUSY,
  504: SLOW,
  507: NO_ROOM,
};

const CUT_OFF = new Set(["ECONNRESET", "EPIPE"]);

/** Of connections. */
const NETWORK = new Set([
  ...CUT_OFF,
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPROTO",
  "ERR_SOCKET_CONNECTION_TIMEOUT",
]);

/**
 * What went wrong with a store of the S3 protocol, worded for everybody: neither address, bucket nor key is in it; the cause has what the
 * store said. An abort stays one.
 * @param doing `put a build into it`
 */
export function s3Trouble(error: unknown, doing: string, signal?: AbortSignal): unknown {
  if (error instanceof ServerError) return error;
  if (signal?.aborted) return signal.reason;
  const { code, sentence } = troubleOf(error) ?? failed(`The store failed to ${doing}.`);
  const retryAfter = code === "store_failed" ? undefined : RETRY_AFTER;
  return new ServerError(code, sentence, { cause: error, ...(retryAfter !== undefined && { retryAfter }) });
}

/** Whether the same may succeed a moment later, without anybody changing anything. */
export function isPassing(error: unknown): boolean {
  if (error instanceof TooSlow || namedTrouble(error) === WRONG_CLOCK) return true;
  const status = statusOf(error);
  return status === undefined ? isConnection(error) : status === 429 || (status >= 500 && status !== 507);
}

function namedTrouble(error: unknown): Trouble | undefined {
  return error instanceof Error && Object.hasOwn(NAMED, error.name) ? NAMED[error.name] : undefined;
}

function troubleOf(error: unknown): Trouble | undefined {
  // Whose name the SDK has changed to TimeoutError.
  if (CUT_OFF.has(codeOf(error) ?? "")) return UNREACHED;
  const named = namedTrouble(error);
  if (named) return named;
  const status = statusOf(error);
  if (status !== undefined && status >= 300) return BY_STATUS[status];
  return isConnection(error) ? UNREACHED : undefined;
}

function isConnection(error: unknown): boolean {
  const isNamed = error instanceof Error && (error.name === "TimeoutError" || /aborted|hang up/.test(error.message));
  return isNamed || NETWORK.has(codeOf(error) ?? "");
}

/** Of the store's answer; undefined where there was none. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
