import { UpstreamError } from "../../catalog/upstream/error.ts";
import { type Answer, ask } from "../../catalog/upstream/exchange.ts";
import { authorization } from "../../catalog/upstream/fetch.ts";
import { looksPublic } from "../../catalog/upstream/redirect.ts";
import { DEFAULT_RETRY, withRetry } from "../../catalog/upstream/retry.ts";
import type { Wanted } from "./routes.ts";
import type { ProxyRoute } from "./types.ts";

export interface Reaching {
  /** Where a redirect may lead. */
  routes: readonly ProxyRoute[];
  headers: Readonly<Record<string, string>>;
  /** Until the answer begins, in milliseconds. */
  answerMs: number;
  signal: AbortSignal;
}

export interface Reached {
  answer: Answer;
  /** After redirects. */
  url: URL;
}

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Upstream's answer, whatever its status, after redirects; asked once more when there is no connection. Redirects may lead to the hosts of routes only: what comes out of a
 * sandbox's network must be what the operator has allowed.
 *
 * @throws UpstreamError `mirror_down`, `timeout`, `bad_answer`, `redirect_refused`; when `signal` aborts, its reason
 */
export async function reach(wanted: Wanted, reaching: Reaching): Promise<Reached> {
  return withRetry(() => reachOnce(wanted, reaching), DEFAULT_RETRY, reaching.signal);
}

async function reachOnce({ url, route }: Wanted, reaching: Reaching): Promise<Reached> {
  const { answerMs, signal } = reaching;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), answerMs);
  try {
    return await follow({ url, route }, { ...reaching, signal: AbortSignal.any([signal, late.signal]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!late.signal.aborted || error instanceof UpstreamError) throw error;
    throw new UpstreamError("timeout", `${url.host} didn't answer within ${answerMs / 1000} seconds.`, {
      cause: error,
    });
  } finally {
    // The answer's body has a deadline of its own.
    clearTimeout(timer);
  }
}

type Hop = Pick<Wanted, "url" | "route">;

async function follow(first: Hop, { routes, headers, signal }: Reaching): Promise<Reached> {
  let hop = first;
  for (let redirects = 0; ; redirects++) {
    const { url, route } = hop;
    const publicOnly = route.mayBePrivate !== true;
    if (publicOnly && !looksPublic(url.hostname.replace(/^\[|\]$/g, ""))) {
      throw new UpstreamError("redirect_refused", `${url.host} isn't a public host, and nothing allows another one.`);
    }
    const answer = await ask(url, { headers: { ...headers, ...userOf(hop) }, publicOnly, signal });
    const location = REDIRECTS.has(answer.status) ? answer.header("location") : null;
    if (location === null) return { answer, url };
    answer.body.destroy();
    if (redirects === MAX_REDIRECTS) throw refusal(url, `more than ${MAX_REDIRECTS} times`);
    hop = nextHop(hop, location, routes);
  }
}

/** Where a redirect leads, if it may be followed. */
function nextHop(from: Hop, location: string, routes: readonly ProxyRoute[]): Hop {
  if (!URL.canParse(location, from.url.href)) throw refusal(from.url, "to something that isn't an address");
  const url = new URL(location, from.url);
  url.hash = "";
  if (url.username !== "" || url.password !== "") throw refusal(from.url, "to an address with a user name in it");
  if (url.origin === from.url.origin) return { url, route: from.route };
  if (from.url.protocol === "https:" && url.protocol !== "https:") throw refusal(from.url, `to ${url.protocol}//`);
  // The same host by https at its usual port.
  if (url.protocol === "https:" && url.host === from.url.hostname) return { url, route: from.route };
  const route = routes.find(({ upstream }) => new URL(upstream).origin === url.origin);
  if (!route) throw refusal(from.url, `to ${url.host}, which this build may not fetch from`);
  return { url, route };
}

/** A route's user is for its own host only. */
function userOf({ url, route }: Hop): Record<string, string> {
  const upstream = new URL(route.upstream);
  return upstream.origin === url.origin ? authorization(upstream) : {};
}

function refusal(from: URL, where: string): UpstreamError {
  return new UpstreamError("redirect_refused", `${from.host} redirects ${where}.`);
}
