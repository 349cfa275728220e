import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { allows, type Scope } from "../auth/scopes.ts";
import type { TokenInfo } from "../auth/types.ts";
import { ServerError } from "../error.ts";
import { clientKey, isLoopback } from "./client-address.ts";
import type { ServerContext, ServerParts } from "./parts.ts";
import { headerOf } from "./request-header.ts";

export type Admission = (
  c: ServerContext,
  of: { scope: Scope | null; unlimited: boolean },
) => Promise<TokenInfo | null>;

/**
 * Who may call our own API, and how often: a client may use its burst at once, and has it anew after the time in which the
 * rate would have refilled it. A token counts by itself, and without the scope that a call needs it is refused.
 * @throws unauthorized, forbidden, too_many_requests
 */
export function admission({ config, tokens }: Pick<ServerParts, "config" | "tokens">): Admission {
  const { requests_per_second: rate, burst, loopback_exempt: loopbackExempt } = config.limits;
  const limiter = new RateLimiterMemory({ points: burst, duration: Math.max(1, Math.round(burst / rate)) });
  return async (c, { scope, unlimited }) => {
    // A probe is answered whatever its sender has in its headers, and while the database that knows the tokens is away.
    if (unlimited && scope === null) return null;
    const address = c.env?.address;
    const sent = bearer(headerOf(c.req.raw, "authorization"));
    const isLimited = !unlimited && address !== undefined && !(loopbackExempt && isLoopback(address));
    const token = sent === null ? null : await tokens.verify(sent);
    // Who guesses tokens is counted by address.
    if (isLimited) await consume(limiter, token ? `token ${token.id}` : clientKey(address));
    if (sent !== null && token === null) throw unauthorized("This token was never made, was revoked, or has ended.");
    if (scope === null) return token;
    if (token === null) throw unauthorized(`This call needs a token with the scope ${scope}.`);
    if (allows(token.scopes, scope)) return token;
    throw new ServerError("forbidden", `The token ${token.name} has not the scope ${scope}, which this call needs.`, {
      fields: { scope },
    });
  };
}

/** Null: none was sent. Other ways to authenticate are a token that isn't known. */
function bearer(header: string | null): string | null {
  if (header === null) return null;
  return /^Bearer +(\S+)\s*$/i.exec(header)?.[1] ?? "";
}

function unauthorized(sentence: string): ServerError {
  return new ServerError("unauthorized", sentence);
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    const sentence = `These were too many requests; ask again in ${retryAfter} seconds.`;
    throw new ServerError("too_many_requests", sentence, { retryAfter });
  }
}
