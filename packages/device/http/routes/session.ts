import { DoneAnswer, SessionAnswer, SessionBody } from "@pawl/protocol";
import { deleteCookie, setCookie } from "hono/cookie";
import { UpdateError } from "../../error.ts";
import type { Access } from "../access.ts";
import type { Credential, Credentials } from "../access-credentials.ts";
import { readBody } from "../body.ts";
import { isOwnPage } from "../foreign.ts";
import type { Guesses } from "../guesses.ts";
import { type Described, type Endpoint, type HttpContext, success } from "../route.ts";
import { SESSION_COOKIE, type Sessions } from "../sessions.ts";

export interface SessionParts {
  access: Access;
  credentials: Credentials;
  sessions: Sessions;
  guesses: Guesses;
}

/** `/api/session`: a page trades a token for a cookie that its scripts can't read, asks whether that counts, and gives it back. */
export function sessionEndpoints({ access, credentials, sessions, guesses }: SessionParts): (Endpoint & Described)[] {
  return [
    {
      method: "GET",
      effect: "public",
      summary: "Whether what the caller shows counts, and which calls need that",
      answer: SessionAnswer,
      codes: ["offline"],
      handle: async (c) => {
        refuseForeignPages(c);
        return success(c, { signed_in: await access.isKnown(c), needed_for: await access.neededFor(c) });
      },
    },
    {
      method: "POST",
      effect: "public",
      summary: "Sign a page in: an API token or a JWT becomes its session cookie",
      body: SessionBody,
      answer: DoneAnswer,
      codes: ["unauthorized", "rate_limited", "offline"],
      handle: async (c) => {
        refuseForeignPages(c);
        const { token } = await readBody(c, SessionBody);
        const { origin, expiresAt } = await guessed(c, guesses, () => credentials.verify(token));
        const { value, seconds } = await sessions.begin(origin, expiresAt);
        setCookie(c, SESSION_COOKIE, value, { ...cookieRules(c), maxAge: seconds });
        return success(c, {});
      },
    },
    {
      method: "DELETE",
      effect: "public",
      summary: "Sign a page out: its session cookie is cleared",
      answer: DoneAnswer,
      handle: async (c) => {
        refuseForeignPages(c);
        deleteCookie(c, SESSION_COOKIE, cookieRules(c));
        return success(c, {});
      },
    },
  ];
}

/** Another site's page must not sign anybody in or out here, nor learn who is. Programs send no Origin. */
function refuseForeignPages(c: HttpContext): void {
  const origin = c.req.header("origin");
  if (origin === undefined || isOwnPage(origin, c.req.header("host"))) return;
  const words = "Only Pawl's own pages have sessions; send a token with each call instead.";
  throw new UpdateError("forbidden", words);
}

/** Only what turns out to be wrong counts as a guess. */
async function guessed(c: HttpContext, guesses: Guesses, verify: () => Promise<Credential>): Promise<Credential> {
  const takeBack = guesses.begin(c.env.incoming.socket.remoteAddress ?? "unix");
  try {
    const credential = await verify();
    takeBack();
    return credential;
  } catch (error) {
    if (!(error instanceof UpdateError) || error.code !== "unauthorized") takeBack();
    throw error;
  }
}

function cookieRules(c: HttpContext): { httpOnly: true; sameSite: "Strict"; path: "/"; secure: boolean } {
  return { httpOnly: true, sameSite: "Strict", path: "/", secure: isEncrypted(c) };
}

/** Whether the browser came by https, to us or to the proxy before us. Who lies about it spoils only their own cookie. */
function isEncrypted(c: HttpContext): boolean {
  const nearest = c.req.header("x-forwarded-proto")?.split(",")[0]?.trim().toLowerCase();
  return nearest === "https" || "encrypted" in c.env.incoming.socket;
}
