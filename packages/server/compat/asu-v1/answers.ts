import type { Known } from "../../catalog/types.ts";
import { asServerError, isOurs } from "../../http/failure.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { type Representation, send } from "../../http/representation.ts";
import type { FieldError } from "./lax-fields.ts";

/** Seconds after which a client may ask again for what wasn't loaded in time: upstream is tried that often. */
const RETRY_AFTER_S = 30;
/** Of an input that is sent back in a refusal, as JSON. The longest script anybody may send is within it. */
const MOST_ECHO = 65_536;

/** An answer that isn't kept: states, refusals. */
export function answerJson(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const json = JSON.stringify(body);
  return new Response(json, {
    status,
    headers: {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(json)),
      "cache-control": "no-store",
      ...headers,
    },
  });
}

/** The dialect's refusal: a sentence its clients show. */
export function refuse(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Response {
  return answerJson({ detail, status }, status, headers);
}

/** For what isn't there, in the words its first server had for it. */
export function answerNotFound(): Response {
  return answerJson({ detail: "Not Found" }, 404);
}

export function answerMethodNotAllowed(allow: string): Response {
  return answerJson({ detail: "Method Not Allowed" }, 405, { allow });
}

/** Something of the catalog's, and how far it may be believed. */
export interface ShownDocument {
  known: Pick<Known<unknown>, "checkedAt" | "trouble">;
  representation: Representation;
}

/** Something of the catalog's. What couldn't be refreshed says how old it is (RFC 9111 §5.1), in seconds. */
export function sendKnown(
  request: Request,
  parts: Pick<ServerParts, "clock">,
  { known, representation }: ShownDocument,
  headers: Readonly<Record<string, string>> = {},
): Response {
  if (known.trouble === null) return send(request, representation, { headers });
  const age = Math.max(0, Math.round((parts.clock().getTime() - known.checkedAt.getTime()) / 1000));
  return send(request, representation, { headers: { ...headers, age: String(age) } });
}

/**
 * A request that can't be understood. auc prints the header's packages, and `(null)` without it (contract server.md §2):
 * the names that are wrong, else what is wrong with the first field.
 */
export function answerInvalid(errors: readonly FieldError[]): Response {
  const detail = errors.map((error) => ({ ...error, input: echo(error.input) }));
  return answerJson({ detail }, 422, { "x-unknown-package": headerText(unknownPackages(errors)) });
}

/** Words an error of any part, as this dialect refuses things. Unforeseen ones go to the log, and only there. */
export function answerError(
  error: unknown,
  c: ServerContext,
  parts: Pick<ServerParts, "log">,
  inWords: typeof refuse = refuse,
): Response {
  const failure = asServerError(error);
  if (isOurs(failure)) {
    parts.log.error(
      { request_id: c.env?.requestId, method: c.req.method, path: c.req.path, err: error },
      "request failed",
    );
  }
  const headers: Record<string, string> = {};
  if (failure.status === 503) headers["retry-after"] = String(failure.retryAfter ?? RETRY_AFTER_S);
  // What is still to come of the body isn't read.
  if (failure.code === "payload_too_large") headers.connection = "close";
  return inWords(failure.status, failure.message, headers);
}

/** The first trouble, in a line: `packages.3: String should match pattern …`. */
export function wordFirst([first]: readonly FieldError[]): string {
  if (!first) return "The request can't be read.";
  // Of a body that is no JSON the location is a position in its text.
  const field = first.type === "json_invalid" ? "" : first.loc.slice(1).join(".");
  return `${field || "body"}: ${first.msg}`;
}

/** Text that may be a header's value. */
export function headerText(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, "?").trim();
  return plain.length > 500 ? `${plain.slice(0, 500)}...` : plain;
}

function unknownPackages(errors: readonly FieldError[]): string {
  const names = errors.flatMap(({ loc, input }) => {
    if (loc[1] === "packages" && loc.length === 3) return typeof input === "string" ? [input] : [];
    return loc[1] === "packages_versions" && loc.length > 2 ? [String(loc[2])] : [];
  });
  if (names.length > 0) return [...new Set(names)].join(", ");
  return wordFirst(errors);
}

/** Null for what is too much to send back: a client knows what it has sent. */
function echo(input: unknown): unknown {
  if (typeof input !== "object" || input === null) {
    return typeof input === "string" && input.length > MOST_ECHO ? null : input;
  }
  try {
    return JSON.stringify(input).length > MOST_ECHO ? null : input;
  } catch {
    // Nested so deeply that it can't be written.
    return null;
  }
}
