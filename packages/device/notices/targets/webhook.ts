import { ask, basicAuthorization, drop } from "../../download/index.ts";
import type { Target, Told } from "./types.ts";

/** For everything together, redirects too, in milliseconds. */
const TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 3;
/** 303 isn't one of them: it says that the answer to what was sent is elsewhere, and nobody wants the answer. */
const REDIRECTS = [301, 302, 307, 308];

export interface WebhookOptions {
  userAgent: string;
  timeoutMs?: number;
}

/** An address the notice is sent to by POST. It has been told when it answers with 200 to 299; what it says is not read. */
export function webhookTarget(address: string, { userAgent, timeoutMs = TIMEOUT_MS }: WebhookOptions): Target {
  const url = new URL(address);
  return {
    words: `the webhook at ${url.host}`,
    async tell(json, signal): Promise<Told> {
      signal.throwIfAborted();
      const end = new AbortController();
      const stop = () => end.abort();
      const timer = setTimeout(stop, timeoutMs);
      signal.addEventListener("abort", stop, { once: true });
      try {
        return await post(url, json, { userAgent, signal: end.signal });
      } catch (error) {
        signal.throwIfAborted();
        if (end.signal.aborted) return unreached(`it did not answer within ${timeoutMs / 1000} s`, false);
        return unreached(`the connection failed (${codeOf(error)})`, true);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
      }
    },
  };
}

async function post(url: URL, body: string, options: { userAgent: string; signal: AbortSignal }): Promise<Told> {
  const { userAgent, signal } = options;
  const headers = { "content-type": "application/json", "user-agent": userAgent, ...basicAuthorization(url) };
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const response = await ask(bare(at), { method: "POST", body, headers, signal });
    // It may be endless.
    drop(response);
    if (response.status >= 200 && response.status < 300) return { ok: true };
    const location = REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
    if (location === null || redirects === MAX_REDIRECTS)
      return unreached(`it answered with HTTP ${response.status}`, true);
    const next = within(at, location);
    if (!next) return unreached("it redirects to another host, which is told nothing", false);
    at = next;
  }
}

/** Where a redirect leads on the same host; from http to https is allowed. Null when it leaves it. */
function within(from: URL, location: string): URL | null {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : null;
  const isUpgrade = from.protocol === "http:" && next?.protocol === "https:" && next.hostname === from.hostname;
  return next?.origin === from.origin || isUpgrade ? next : null;
}

/** What an address holds besides goes into a header. */
function bare(url: URL): URL {
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  return copy;
}

function unreached(reason: string, passing: boolean): Told {
  return { ok: false, reason, passing };
}

/** A code such as ECONNREFUSED. Messages aren't shown: there may be an address in them. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "no answer";
}
