import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { LRUCache } from "lru-cache";
import { memoryBudget } from "../memory.ts";
import { headerOf } from "./request-header.ts";

/** Not worth compressing below this many bytes. */
const WORTH_COMPRESSING = 1_000;

/**
 * An answer's body as bytes, compressed at most once however often it is sent, with the ETag that goes with it.
 * The tag is of the content, not of the encoding, so it is weak (RFC 9110 §8.8.1).
 */
export class Representation {
  readonly contentType: string;
  readonly etag: string;
  readonly bytes: Buffer<ArrayBuffer>;
  readonly #encoded = new Map<Encoding, Buffer<ArrayBuffer>>();

  constructor(bytes: Buffer<ArrayBuffer>, contentType: string, etag?: string) {
    this.bytes = bytes;
    this.contentType = contentType;
    this.etag = etag ?? `W/"${createHash("sha256").update(bytes).digest("base64url").slice(0, 27)}"`;
  }

  static json(value: unknown): Representation {
    return new Representation(Buffer.from(JSON.stringify(value)), "application/json");
  }

  encoded(encoding: Encoding): Buffer<ArrayBuffer> {
    const known = this.#encoded.get(encoding);
    if (known) return known;
    const bytes = ENCODERS[encoding](this.bytes);
    this.#encoded.set(encoding, bytes);
    return bytes;
  }
}

type Encoding = "br" | "gzip";

const ENCODERS: Record<Encoding, (bytes: Buffer) => Buffer<ArrayBuffer>> = {
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes) => gzipSync(bytes, { level: 6 }),
};

export interface SendOptions {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** Default `no-cache`: may be kept, has to be asked about. */
  cacheControl?: string;
}

/**
 * The answer to a GET or HEAD: 304 where the asker has it already, else the body in an encoding it accepts. All headers are
 * set at once: setting them afterwards costs more than all the rest of a request.
 */
export function send(request: Request, representation: Representation, options: SendOptions = {}): Response {
  const headers: Record<string, string> = {
    etag: representation.etag,
    "cache-control": options.cacheControl ?? "no-cache",
    vary: "Accept-Encoding",
    ...options.headers,
  };
  const status = options.status ?? 200;
  if (status === 200 && isRead(request) && matches(headerOf(request, "if-none-match"), representation.etag)) {
    return notModified(headers);
  }
  headers["content-type"] = representation.contentType;
  const encoding = bestEncoding(request, representation.bytes.length);
  if (encoding) headers["content-encoding"] = encoding;
  const body = encoding ? representation.encoded(encoding) : representation.bytes;
  headers["content-length"] = String(body.length);
  return new Response(request.method === "HEAD" ? null : body, { status, headers });
}

/** JSON that nobody asks for a second time, such as the answer to a POST: it has no tag. */
export function sendOnce(
  request: Request,
  json: Buffer<ArrayBuffer>,
  { status = 200, headers: more, cacheControl = "no-store" }: SendOptions = {},
): Response {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "cache-control": cacheControl,
    vary: "Accept-Encoding",
    ...more,
  };
  const encoding = bestEncoding(request, json.length);
  if (encoding) headers["content-encoding"] = encoding;
  const body = encoding ? ENCODERS[encoding](json) : json;
  headers["content-length"] = String(body.length);
  return new Response(body, { status, headers });
}

/**
 * @hono/node-server writes a Response from what it was made with, as long as it has a body, were it an empty one; without
 * one it makes a real Response first, which takes longer than all the rest. A real Response refuses a body here.
 */
function notModified(headers: Record<string, string>): Response {
  try {
    return new Response("", { status: 304, headers });
  } catch {
    return new Response(null, { status: 304, headers });
  }
}

/** RFC 9110 §13.1.2: another method answers 412 instead, and none of ours is asked so. */
function isRead({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

/** RFC 9110 §13.1.2: weak comparison, a list, or `*`. */
function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const opaque = etag.replace(/^W\//, "");
  return ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === opaque);
}

function bestEncoding(request: Request, size: number): Encoding | null {
  if (size < WORTH_COMPRESSING) return null;
  const accepted = headerOf(request, "accept-encoding");
  if (accepted === null) return null;
  if (accepts(accepted, BR)) return "br";
  return accepts(accepted, GZIP) ? "gzip" : null;
}

const BR = /(?:^|,)\s*br\s*(?:;\s*q=([0-9.]+))?\s*(?:,|$)/i;
const GZIP = /(?:^|,)\s*gzip\s*(?:;\s*q=([0-9.]+))?\s*(?:,|$)/i;

function accepts(header: string, encoding: RegExp): boolean {
  const match = encoding.exec(header);
  return match !== null && Number(match[1] ?? 1) > 0;
}

/** Representations that were made already, by what they show and the digest of what it was made from. Bounded in bytes. */
export class RepresentationCache {
  readonly #kept: LRUCache<string, { digest: string; representation: Representation }>;

  /** @param maxBytes what they may take in memory, with their compressed forms */
  constructor(maxBytes = memoryBudget().answers) {
    this.#kept = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      // Both compressed forms together are hardly ever longer than the text.
      sizeCalculation: ({ representation }) => representation.bytes.length * 2 + 500,
    });
  }

  /** `name` says what is shown; one of an older digest is replaced. */
  get(name: string, digest: string, make: () => Representation): Representation {
    const kept = this.#kept.get(name);
    if (kept && kept.digest === digest) return kept.representation;
    const representation = make();
    this.#kept.set(name, { digest, representation });
    return representation;
  }
}
