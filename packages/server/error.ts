/** Every reason for which the server did not do what it was asked, with the HTTP status of its own API. */
export const SERVER_ERRORS = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  too_many_requests: 429,
  internal: 500,
  /** Asked for by name, and no such thing is declared or known upstream. */
  unknown_distribution: 404,
  unknown_version: 404,
  unknown_target: 404,
  unknown_profile: 404,
  unknown_architecture: 404,
  unknown_package: 422,
  /** It may exist, but nothing of it has been loaded and the mirror didn't give it in time. */
  not_loaded: 503,
  /** The mirror answered, and its answer was refused: too long, not what it claims to be, wrong signature. */
  upstream_refused: 502,
  database_unavailable: 503,
  /** As many builds wait as may. */
  queue_full: 503,
  /** Whoever could build lacks something, which the sentence names. */
  builds_unavailable: 503,
  /** Its disk: what is known is served, nothing new can be kept. */
  database_full: 503,
  /** The disk of the store, or its quota: nothing of this build was kept. */
  store_full: 503,
  /** It isn't reached, or asks to be left alone for a while. */
  store_unavailable: 503,
  /** It doesn't take or give what it should. */
  store_failed: 500,
  /** For the operator, before anything is served. */
  config_invalid: 500,
  database_failed: 500,
} as const;

export type ServerErrorCode = keyof typeof SERVER_ERRORS;

export interface ServerErrorDetails {
  cause?: unknown;
  /** What the sentence is about, for programs: names, versions, limits. */
  fields?: Readonly<Record<string, unknown>>;
  /** Whole seconds after which asking again makes sense. */
  retryAfter?: number;
  /** The status of an upstream's answer, where one of the dialects passes it on. */
  upstreamStatus?: number;
}

/** A failure with a stable code, a sentence for people and its cause. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | null;
  readonly upstreamStatus: number | null;

  constructor(code: ServerErrorCode, sentence: string, details: ServerErrorDetails = {}) {
    super(sentence, { cause: details.cause });
    this.code = code;
    this.fields = details.fields ?? {};
    this.retryAfter = details.retryAfter ?? null;
    this.upstreamStatus = details.upstreamStatus ?? null;
  }

  get status(): number {
    return SERVER_ERRORS[this.code];
  }
}
