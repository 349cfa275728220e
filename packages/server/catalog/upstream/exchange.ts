import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { createGunzip } from "node:zlib";
import { UpstreamError } from "./error.ts";
import { lookupPublic } from "./redirect.ts";

export interface Answer {
  status: number;
  /** In any case; null for one that isn't there. */
  header(name: string): string | null;
  body: IncomingMessage;
}

export interface Asking {
  headers: Record<string, string>;
  /** Resolve the host's name to public addresses only. */
  publicOnly: boolean;
  signal: AbortSignal;
}

/**
 * One GET, no redirect followed. By node:http and not by fetch(), whose decompression takes a cut body for a whole one.
 * Connections are kept open between requests; one that the mirror closed meanwhile is replaced without a word.
 *
 * @throws UpstreamError `mirror_down` or `bad_answer`; when `signal` aborts, its reason
 */
export async function ask(url: URL, asking: Asking): Promise<Answer> {
  for (;;) {
    const asked = await send(url, asking);
    if (!(asked instanceof Unanswered)) return asked;
    asking.signal.throwIfAborted();
    if (!asked.wasIdle) throw unanswered(url, asked.error);
  }
}

/** The body's bytes as they were before compression, as they come. Throws UpstreamError `truncated`, `bad_answer`. */
export async function* bodyOf({ body, header }: Answer, url: URL, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* decompressed(body, header("content-encoding"), url);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof UpstreamError) throw cause;
    const corrupt = codeOf(cause) === "Z_DATA_ERROR";
    throw corrupt
      ? new UpstreamError("bad_answer", `${url.href} came with a broken compression.`, { cause })
      : new UpstreamError("truncated", `${url.href} broke off before its end.`, { cause });
  } finally {
    body.destroy();
  }
}

async function* decompressed(body: IncomingMessage, encoding: string | null, url: URL): AsyncGenerator<Buffer> {
  switch (encoding?.toLowerCase() ?? "identity") {
    case "identity":
    case "":
      return yield* body;
    case "gzip":
    case "x-gzip": {
      const gunzip = createGunzip();
      body.on("error", (error) => gunzip.destroy(error));
      return yield* body.pipe(gunzip);
    }
    default:
      throw new UpstreamError("bad_answer", `${url.href} came compressed by ${encoding}, which nobody asked for.`);
  }
}

class Unanswered {
  readonly error: unknown;
  /** The connection was an old one that nothing came from: it was closed while idle. */
  readonly wasIdle: boolean;

  constructor(error: unknown, wasIdle: boolean) {
    this.error = error;
    this.wasIdle = wasIdle;
  }
}

function send(url: URL, { headers, publicOnly, signal }: Asking): Promise<Answer | Unanswered> {
  return new Promise((resolve) => {
    const begin = url.protocol === "https:" ? requestHttps : requestHttp;
    const options = publicOnly ? { headers, signal, lookup: lookupPublic } : { headers, signal };
    const request = begin(url, options, (answered) => {
      // Without a listener an answer that breaks off before it is read would end the process.
      answered.on("error", () => undefined);
      resolve({
        status: answered.statusCode ?? 0,
        header: (name) => headerOf(answered, name),
        body: answered,
      });
    });
    const fail = (error: unknown) =>
      resolve(new Unanswered(error, request.reusedSocket && codeOf(error) === "ECONNRESET"));
    request.on("error", fail);
    // After a 101 nobody asked for there is neither an answer nor an error, only this; after either it is too late to matter.
    request.on("close", () => fail(new Error("the connection was closed without an answer")));
    request.end();
  });
}

function headerOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return value === undefined ? null : String(value);
}

function unanswered(url: URL, cause: unknown): UpstreamError {
  const code = codeOf(cause);
  if (code.startsWith("HPE_")) {
    return new UpstreamError("bad_answer", `${url.host} doesn't answer as HTTP wants it (${code}).`, { cause });
  }
  const why = code === "" ? (cause instanceof Error ? cause.message : "no reason given") : (WORDS[code] ?? code);
  return new UpstreamError("mirror_down", `${url.host} can't be reached: ${why}.`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "names can't be looked up just now",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was reset",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no network",
  ETIMEDOUT: "the connection took too long",
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate can't be verified",
};
