import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { UpstreamError } from "../../catalog/upstream/error.ts";
import { bodyOf } from "../../catalog/upstream/exchange.ts";
import type { Logger } from "../../log/log.ts";
import type { FetchCache } from "./cache.ts";
import type { CachedFile } from "./cache-entry.ts";
import { type Allowance, type ProxyLimits, TooMuch } from "./limits.ts";
import { patient } from "./patient.ts";
import { type Reached, reach } from "./reach.ts";
import { type Wanted, wantedBy } from "./routes.ts";
import type { FetchFailure, ProxyRoute } from "./types.ts";

/** A file that broke off so often is not begun once more: wget would try it twenty times. */
const MOST_BREAKS = 2;
const LONGEST_VALIDATOR = 256;

export interface ServingParts {
  routes: readonly ProxyRoute[];
  limits: ProxyLimits;
  allowance: Allowance;
  cache: FetchCache | null;
  trouble: { with(host: string): string | null; began(host: string, reason: string): void };
  failed(failure: FetchFailure): void;
  log: Logger;
  now(): Date;
}

/** Answers what package managers ask for: from upstream, or from the cache what upstream says is still so. */
export class Serving {
  readonly #parts: ServingParts;
  /** How often a file broke off, by what repository files call it. */
  readonly #breaks = new Map<string, number>();

  constructor(parts: ServingParts) {
    this.#parts = parts;
  }

  /** @param signal aborts when the client has gone, or the proxy ends */
  async answer(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    if (request.method !== "GET" && request.method !== "HEAD") return say(response, 405, "Only GET and HEAD.");
    const wanted = wantedBy(this.#parts.routes, request.url ?? "");
    if (!wanted) return say(response, 403, "This build may not fetch that.");
    try {
      this.#parts.allowance.request();
      await this.#fetch(wanted, request.method === "HEAD", response, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UpstreamError) && !(error instanceof TooMuch)) throw error;
      this.#fail(wanted, response, error);
    }
  }

  async #fetch(wanted: Wanted, headOnly: boolean, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const address = addressOf(wanted);
    await using cached = (await this.#parts.cache?.find(address)) ?? null;
    const reached = await this.#reach(wanted, cached, signal).catch((error: unknown) => {
      if (error instanceof UpstreamError && this.#maySubstitute(wanted, cached)) return error;
      throw error;
    });
    if (reached instanceof UpstreamError) return this.#substitute(wanted, cached, headOnly, response, reached.message);
    const { answer, url } = reached;
    if (answer.status === 200) return await this.#relay(wanted, reached, headOnly, response, signal);
    answer.body.resume();
    if (answer.status === 304 && cached) {
      await cached.confirm(this.#parts.now());
      return await this.#sendCached(cached, headOnly, response);
    }
    const sentence = `${url.host} answers ${answer.status} for ${url.pathname}.`;
    if (isTrouble(answer.status) && this.#maySubstitute(wanted, cached)) {
      return this.#substitute(wanted, cached, headOnly, response, sentence);
    }
    if (isGone(answer.status)) await this.#parts.cache?.remove(address);
    this.#parts.failed({ url: wanted.said, status: answer.status, reason: sentence });
    say(response, isGone(answer.status) || answer.status >= 400 ? answer.status : 502, sentence);
  }

  /** Asks upstream, unless it was in trouble a moment ago. */
  async #reach(wanted: Wanted, cached: CachedFile | null, signal: AbortSignal): Promise<Reached> {
    const { routes, limits, trouble } = this.#parts;
    const { host } = wanted.url;
    const known = trouble.with(host);
    if (known !== null) throw new UpstreamError("mirror_down", known);
    if ((this.#breaks.get(wanted.said) ?? 0) >= MOST_BREAKS) {
      throw new UpstreamError("truncated", `${wanted.url.href} breaks off again and again.`);
    }
    const headers = { "accept-encoding": "identity", "user-agent": "pawl", ...conditions(cached) };
    try {
      return await reach(wanted, { routes, headers, mayRetry: true, answerMs: limits.answerMs, signal });
    } catch (error) {
      const isDown = error instanceof UpstreamError && (error.code === "mirror_down" || error.code === "timeout");
      if (isDown) trouble.began(host, error.message);
      throw error;
    }
  }

  /** Upstream's body, piece by piece, and into the cache beside it. */
  async #relay(wanted: Wanted, reached: Reached, headOnly: boolean, response: ServerResponse, signal: AbortSignal) {
    const { allowance, cache, limits } = this.#parts;
    const { answer, url } = reached;
    if (/^text\/html\b/i.test(answer.header("content-type") ?? "")) {
      answer.body.destroy();
      throw new UpstreamError("html_instead", `${url.href} is a web page.`);
    }
    const length = lengthOf(reached);
    const validators = {
      etag: validator(answer.header("etag")),
      lastModified: validator(answer.header("last-modified")),
    };
    try {
      allowance.announced(length ?? 0);
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
    response.writeHead(200, headersOf({ ...validators, size: length }));
    if (headOnly) {
      answer.body.destroy();
      return void response.end();
    }
    const isKnownAgain = validators.etag !== null || validators.lastModified !== null;
    await using writer = isKnownAgain ? ((await cache?.begin(addressOf(wanted))) ?? null) : null;
    let soFar = 0;
    for await (const chunk of patient(bodyOf(answer, url, signal), limits.idleMs, url.href)) {
      soFar += chunk.length;
      allowance.took(chunk.length, soFar);
      if (!response.write(chunk)) await once(response, "drain", { signal });
      await writer?.write(chunk);
    }
    response.end();
    writer?.keep(validators);
  }

  async #sendCached(cached: CachedFile, headOnly: boolean, response: ServerResponse): Promise<void> {
    const { size } = cached.header;
    this.#parts.allowance.announced(size);
    response.writeHead(200, headersOf(cached.header));
    if (!headOnly && size > 0) {
      for await (const chunk of cached.body()) {
        this.#parts.allowance.took(chunk.length, 0);
        if (!response.write(chunk)) await once(response, "drain");
      }
    }
    response.end();
  }

  /** Packages are checked against their index by who asks for them; of an index nobody but upstream knows how old it may be. */
  #maySubstitute(wanted: Wanted, cached: CachedFile | null): cached is CachedFile {
    if (!cached) return false;
    if (/\.(ipk|apk)$/.test(wanted.url.pathname)) return true;
    return this.#parts.now().getTime() - cached.confirmedAt < this.#parts.limits.staleMs;
  }

  async #substitute(
    wanted: Wanted,
    cached: CachedFile | null,
    headOnly: boolean,
    response: ServerResponse,
    why: string,
  ) {
    if (!cached) throw new TypeError("nothing to send instead");
    this.#parts.log.warn({ url: wanted.said, reason: why }, "served from the cache, as upstream is in trouble");
    await this.#sendCached(cached, headOnly, response);
  }

  /** What was begun is broken off: who reads it must not take it for whole. */
  #fail(wanted: Wanted, response: ServerResponse, error: UpstreamError | TooMuch): void {
    const { said } = wanted;
    const status = response.headersSent ? 200 : error instanceof UpstreamError ? error.upstreamStatus : null;
    this.#parts.failed({ url: said, status, reason: error.message });
    if (!response.headersSent) return say(response, error instanceof TooMuch ? 403 : 502, error.message);
    this.#breaks.set(said, (this.#breaks.get(said) ?? 0) + 1);
    response.destroy();
  }
}

function addressOf({ url, route }: Wanted): string {
  const { username, password } = new URL(route.upstream);
  return username === "" && password === "" ? url.href : `${username}:${password}@${url.href}`;
}

function conditions(cached: CachedFile | null): Record<string, string> {
  const { etag = null, lastModified = null } = cached?.header ?? {};
  return { ...(etag && { "if-none-match": etag }), ...(lastModified && { "if-modified-since": lastModified }) };
}

/** Of the bytes as they are passed on; null when upstream compressed them all the same, or doesn't say. */
function lengthOf({ answer }: Reached): number | null {
  const encoding = answer.header("content-encoding")?.toLowerCase() ?? "identity";
  const length = answer.header("content-length");
  return length !== null && (encoding === "identity" || encoding === "") ? Number(length) : null;
}

function headersOf({
  size,
  etag,
  lastModified,
}: {
  size: number | null;
  etag: string | null;
  lastModified: string | null;
}) {
  return {
    "content-type": "application/octet-stream",
    ...(size !== null && { "content-length": size }),
    ...(etag && { etag }),
    ...(lastModified && { "last-modified": lastModified }),
  };
}

/** Only what may be sent on as a header. */
function validator(value: string | null): string | null {
  return value !== null && value.length <= LONGEST_VALIDATOR && /^[\x20-\x7e]+$/.test(value) ? value : null;
}

function isTrouble(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

function isGone(status: number): boolean {
  return status === 404 || status === 410;
}

/** A short answer of our own. Clients show the status; the text is for who looks. */
function say(response: ServerResponse, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
