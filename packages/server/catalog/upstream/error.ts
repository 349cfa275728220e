/** Everything for which an answer of a mirror isn't taken. They are the codes of `Trouble`. */
export type UpstreamErrorCode =
  /** No answer: no such host, nothing listens, the connection broke before the body, a certificate is wrong. */
  | "mirror_down"
  | "timeout"
  /** A status that is neither a document nor its absence. */
  | "http_status"
  | "not_found"
  | "too_large"
  | "redirect_refused"
  /** A web page where a file should be: a captive portal, an error page with status 200. */
  | "html_instead"
  /** Less came than was announced, or a document stops in its middle. */
  | "truncated"
  /** Not what HTTP allows, or a compression nobody asked for. */
  | "bad_answer"
  | "not_utf8"
  | "not_json"
  | "too_deep"
  /** Well-formed, and not what this kind of file says. */
  | "bad_index"
  /** A name that may not be one: control characters, slashes, `..`. */
  | "bad_name"
  | "signature_missing"
  | "signature_wrong"
  /** Signed sums say other bytes. */
  | "hash_mismatch"
  /** Two files that belong together are of different revisions: a mirror in the middle of its own update. */
  | "out_of_step";

export interface UpstreamErrorDetails {
  cause?: unknown;
  /** The status of the answer, where there was one and it is the reason. */
  upstreamStatus?: number | null;
  /** Whole seconds after which upstream wants to be asked again. */
  retryAfter?: number | null;
}

/** Why something wasn't taken from a mirror: a code for programs, a whole sentence for the operator. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly code: UpstreamErrorCode;
  readonly upstreamStatus: number | null;
  readonly retryAfter: number | null;

  constructor(code: UpstreamErrorCode, sentence: string, details: UpstreamErrorDetails = {}) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.upstreamStatus = details.upstreamStatus ?? null;
    this.retryAfter = details.retryAfter ?? null;
  }
}
