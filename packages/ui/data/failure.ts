import { answersWords as words } from "../words/answers.ts";
import { readText } from "./read-text.ts";

/** Why a call of an API didn't work. Codes are the API's own, and three of ours: `unreachable`, `timeout`, `not_the_server`. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: string;
  /** Null: there was no answer. */
  readonly status: number | null;
  /** What the sentence is about. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | null;

  constructor(code: ApiFailure["code"], message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.status = details.status ?? null;
    this.fields = details.fields ?? {};
    this.requestId = details.requestId ?? null;
    this.retryAfter = details.retryAfter ?? null;
  }
}

interface FailureDetails {
  status?: number;
  fields?: Readonly<Record<string, unknown>>;
  requestId?: string | null;
  retryAfter?: number | null;
  cause?: unknown;
}

/** What a body that refuses says; null for one that isn't the API's. */
export type ReadFailure = (
  body: unknown,
) => { code: string; message: string; fields?: Readonly<Record<string, unknown>>; requestId?: string | null } | null;

/** What an API said that refused. */
export async function failureOf(response: Response, read: ReadFailure): Promise<ApiFailure> {
  const { status, headers } = response;
  const after = Number(headers.get("retry-after") ?? Number.NaN);
  const details = { status, retryAfter: Number.isFinite(after) ? after : null };
  const failure = read(await reasonOf(response));
  if (failure) return new ApiFailure(failure.code, failure.message, { ...details, ...failure });
  return new ApiFailure("not_the_server", words.unexplained(status), details);
}

/** Longer is no reason of ours. In bytes. */
const MOST_REASON_BYTES = 1_000_000;

async function reasonOf(response: Response): Promise<unknown> {
  try {
    return JSON.parse((await readText(response, MOST_REASON_BYTES)) ?? "");
  } catch {
    return null;
  }
}

/** What never reached the API, or was answered by something else. */
export const unreachable = (cause: unknown) => new ApiFailure("unreachable", words.unreachable, { cause });

/** A proxy's page, or a Wi-Fi's: it came with 200 all the same. */
export const notTheServer = (status: number) => new ApiFailure("not_the_server", words.notTheServer, { status });
