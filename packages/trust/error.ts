import type { FailureCode } from "@pawl/protocol";

export type TrustErrorCode = Extract<
  FailureCode,
  | "bad_manifest"
  | "bad_version"
  | "too_large"
  | "release_moved"
  | "signature_missing"
  | "signature_wrong"
  | "bad_request"
>;

/** Why something isn't trusted: a code for programs, a sentence for people. `bad_request` is for a key that isn't one. */
export class TrustError extends Error {
  override readonly name = "TrustError";
  readonly code: TrustErrorCode;

  constructor(code: TrustErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
