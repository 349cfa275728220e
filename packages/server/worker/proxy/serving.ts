import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { UpstreamError } from "../../catalog/upstream/error.ts";
import type { Answer } from "../../catalog/upstream/exchange.ts";
import { conditions, headersOf, isWebPage, lengthOf, say, validatorsOf } from "./answers.ts";
import type { FetchCache } from "./cache.ts";
import type { CachedFile } from "./cache-entry.ts";
import { type Allowance, type ProxyLimits, TooMuch } from "./limits.ts";
import { rawBody } from "./raw-body.ts";
import { type Reached, reach } from "./reach.ts";
import { type Wanted, wantedBy } from "./routes.ts";
import type { Troubles } from "./troubles.ts";
import type { FetchFailure, ProxyLog, ProxyRoute } from "./types.ts";

/** A file that broke off so often is not begun once more: wget would try it twenty times. */
const MOST_BREAKS = 2;

export interface ServingParts {
  routes: readonly ProxyRoute[];
  limits: ProxyLimits;
  allowance: Allowance;
  cache: FetchCache | null;
  troubles: Troubles;
  failed(failure: FetchFailure): void;
  log: ProxyLog;
  now(): Date;
}

/** One request of a package manager. `signal` aborts when it has gone, or the proxy ends. */
interface Asked {
  wanted: Wanted;
  headOnly: boolean;
  response: ServerResponse;
  signal: AbortSignal;
}

/** Answers what package managers ask for: from upstream, or from the cache what upstream says is still so. */
export class Serving {
  readonly #parts: ServingParts;
  /** How often a file broke off, by what repository files call it. */
  readonly #breaks = new Map<string, number>();

  constructor(parts: ServingParts) {
    this.#parts = parts;
  }

  /** Throws only what is our own fault, or `signal`'s reason. */
  async answer(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      say(response, 405, "Only GET and HEAD.");
      return;
    }
    const wanted = wantedBy(this.#parts.routes, request.url ?? "");
    if (!wanted) {
      say(response, 403, "This build may not fetch that.");
      return;
    }
    const asked: Asked = { wanted, headOnly: request.method === "HEAD", response, signal };
    try {
      this.#parts.allowance.request();
      await this.#fetch(asked);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UpstreamError) && !(error instanceof TooMuch)) throw error;
      this.#fail(asked, error);
    }
  }

  async #fetch(asked: Asked): Promise<void> {
    const { wanted } = asked;
    await using cached = (await this.#parts.cache?.find(addressOf(wanted))) ?? null;
    const substitute = cached && this.#maySubstitute(wanted, cached) ? cached : null;
    const reached = await this.#reach(asked, cached).catch((error: unknown) => {
      if (error instanceof UpstreamError && substitute) return error;
      throw error;
    });
    if (reached instanceof UpstreamError) {
      if (substitute) await this.#sendInstead(asked, substitute, { status: null, reason: reached.message });
      return;
    }
    const { answer, url } = reached;
    if (answer.status === 200) return await this.#relay(asked, reached);
    if (answer.status === 304 && cached) {
      // A 304 has no body; its end is waited for, so that the connection can be used again.
      answer.body.resume();
      await cached.confirm(this.#parts.now());
      // Awaited, as below: the file is closed when this function has ended.
      return await this.#sendCached(asked, cached);
    }
    answer.body.destroy();
    const sentence = `${url.host} answers ${answer.status} for ${url.pathname}.`;
    if (substitute && isTrouble(answer.status)) {
      return await this.#sendInstead(asked, substitute, { status: answer.status, reason: sentence });
    }
    if (cached && isGone(answer.status)) await this.#parts.cache?.remove(addressOf(wanted));
    this.#parts.failed({ url: wanted.said, status: answer.status, reason: sentence });
    say(asked.response, answer.status >= 400 ? answer.status : 502, sentence);
  }

  /** Asks upstream, unless it was in trouble a moment ago. */
  async #reach({ wanted, signal }: Asked, cached: CachedFile | null): Promise<Reached> {
    const { routes, limits, troubles } = this.#parts;
    const { host } = wanted.url;
    const known = troubles.of(host);
    if (known !== null) throw new UpstreamError("mirror_down", known);
    if ((this.#breaks.get(wanted.said) ?? 0) >= MOST_BREAKS) {
      throw new UpstreamError("truncated", `${wanted.url.href} breaks off again and again.`);
    }
    const headers = { "accept-encoding": "identity", "user-agent": "pawl", ...conditions(cached) };
    try {
      return await reach(wanted, { routes, headers, answerMs: limits.answerMs, signal });
    } catch (error) {
      const isDown = error instanceof UpstreamError && (error.code === "mirror_down" || error.code === "timeout");
      if (isDown) troubles.began(host, error.message);
      throw error;
    }
  }

  async #relay(asked: Asked, { answer, url }: Reached): Promise<void> {
    try {
      if (isWebPage(answer)) throw new UpstreamError("html_instead", `${url.href} is a web page.`);
      const size = lengthOf(answer);
      this.#parts.allowance.announced(size ?? 0);
      asked.response.writeHead(200, headersOf({ ...validatorsOf(answer), size }));
      if (!asked.headOnly) await this.#relayBody(asked, answer, url);
      asked.response.end();
    } finally {
      answer.body.destroy();
    }
  }

  /** Upstream's body, piece by piece, and into the cache beside it. */
  async #relayBody({ wanted, response, signal }: Asked, answer: Answer, url: URL): Promise<void> {
    const { allowance, cache, limits } = this.#parts;
    const body = rawBody(answer, url, { idleMs: limits.idleMs, signal });
    const validators = validatorsOf(answer);
    const canBeAskedAbout = validators.etag !== null || validators.lastModified !== null;
    await using writer = canBeAskedAbout ? (cache?.begin(addressOf(wanted)) ?? null) : null;
    let soFar = 0;
    for await (const chunk of body) {
      soFar += chunk.length;
      allowance.took(chunk.length, soFar);
      if (!response.write(chunk)) await once(response, "drain", { signal });
      await writer?.write(chunk);
    }
    writer?.keep(validators);
  }

  async #sendCached({ headOnly, response, signal }: Asked, cached: CachedFile): Promise<void> {
    const { size } = cached.header;
    this.#parts.allowance.announced(size);
    response.writeHead(200, headersOf(cached.header));
    if (!headOnly && size > 0) {
      for await (const chunk of cached.body()) {
        this.#parts.allowance.took(chunk.length, 0);
        if (!response.write(chunk)) await once(response, "drain", { signal });
      }
    }
    response.end();
  }

  /** Packages are checked against their index by who asks for them; of an index nobody but upstream knows how old it may be. */
  #maySubstitute({ url }: Wanted, { confirmedAt }: CachedFile): boolean {
    if (isPackage(url)) return true;
    return this.#parts.now().getTime() - confirmedAt < this.#parts.limits.staleMs;
  }

  /** That an index may not be the newest is told, though nothing failed: package managers see nothing of it. */
  async #sendInstead(
    asked: Asked,
    cached: CachedFile,
    { status, reason }: Pick<FetchFailure, "status" | "reason">,
  ): Promise<void> {
    const { url, said } = asked.wanted;
    this.#parts.log.warn({ url: said, reason }, "served from the cache, as upstream is in trouble");
    if (!isPackage(url)) this.#parts.failed({ url: said, status, reason, servedStale: true });
    await this.#sendCached(asked, cached);
  }

  /** What was begun is broken off: who reads it must not take it for whole. */
  #fail({ wanted, response }: Asked, error: UpstreamError | TooMuch): void {
    const { said } = wanted;
    this.#parts.failed({ url: said, status: response.headersSent ? 200 : null, reason: error.message });
    if (!response.headersSent) {
      say(response, error instanceof TooMuch ? 403 : 502, error.message);
      return;
    }
    this.#breaks.set(said, (this.#breaks.get(said) ?? 0) + 1);
    response.destroy();
  }
}

/** What it is cached by. A user in it is part of that: what one may see, another may not. */
function addressOf({ url, route }: Wanted): string {
  const { username, password } = new URL(route.upstream);
  return username === "" && password === "" ? url.href : `${username}:${password}@${url.href}`;
}

function isPackage({ pathname }: URL): boolean {
  return /\.(ipk|apk)$/.test(pathname);
}

function isTrouble(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

function isGone(status: number): boolean {
  return status === 404 || status === 410;
}
