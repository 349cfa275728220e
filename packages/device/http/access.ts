import type { AuthConfig, SessionAnswer } from "@pawl/protocol";
import { getCookie } from "hono/cookie";
import { UpdateError } from "../error.ts";
import { addressWords, isLocal } from "../listen-address.ts";
import { type Credentials, MAKE_ONE } from "./access-credentials.ts";
import { configuredOrigin } from "./cors.ts";
import { foreignness, isOwnPage } from "./foreign.ts";
import type { Effect, Endpoint, HttpContext } from "./route.ts";
import { SESSION_COOKIE, type Sessions } from "./sessions.ts";
import type { Tickets } from "./tickets.ts";

export interface AccessParts {
  credentials: Credentials;
  sessions: Sessions;
  tickets: Tickets;
  auth: AuthConfig;
}

/**
 * Who may call (contract device-api.md §1 and §7). As long as there is no token and no `auth.jwt`, whoever is on this
 * device may, but no foreign page in a browser on it; otherwise only who shows something.
 */
export class Access {
  readonly #parts: AccessParts;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /**
   * Throws UpdateError `forbidden` for what may come from a foreign page while nobody has to show anything. `anyPage`: what is asked for
   * is for all of them, but only under this device's own name.
   */
  async guard(c: HttpContext, { anyPage }: { anyPage: boolean }): Promise<void> {
    if (!(await this.#isOpen(c))) return;
    const { address } = c.env;
    const origin = anyPage || this.#isFromConfigured(c) ? undefined : c.req.header("origin");
    const why = foreignness({ host: c.req.header("host"), origin }, address.kind === "unix" ? null : address);
    if (why === "host") {
      const words = `Without a token, Pawl answers only under its own address, ${addressWords(address)}; ${MAKE_ONE}.`;
      throw new UpdateError("forbidden", words);
    }
    if (why === "origin") throw fromForeignPage();
  }

  /** Throws UpdateError `unauthorized` or `forbidden` when the caller may not make this call. */
  async admit(c: HttpContext, { effect, takesTicket = false }: Endpoint): Promise<void> {
    const { credentials, auth, tickets } = this.#parts;
    if (effect === "public" || (effect === "read" && auth.public_status)) return;
    if (await this.#isOpen(c)) {
      // An image or a link on a foreign page sends no Origin with a GET, but every browser of today says this.
      const site = c.req.header("sec-fetch-site");
      if (effect === "read" || site === undefined || site === "same-origin" || site === "none") return;
      if (this.#isFromConfigured(c)) return;
      throw fromForeignPage();
    }
    const secret = this.#secretOf(c, effect);
    if (secret !== null) {
      await credentials.verify(secret);
      return;
    }
    const ticket = takesTicket && c.req.method === "GET" ? c.req.query("ticket") : undefined;
    if (ticket !== undefined && tickets.redeem(ticket)) return;
    const cookie = effect === "change-by-link" ? undefined : getCookie(c, SESSION_COOKIE);
    if (cookie !== undefined && (await this.#holds(cookie))) {
      if (effect === "read" || isOwnPage(c.req.header("origin"), c.req.header("host"))) return;
      const words = "A page's session counts only for changes that Pawl's own pages ask for; send a token instead.";
      throw new UpdateError("forbidden", words);
    }
    throw nothingShown({ ticket, cookie });
  }

  /**
   * Whether what the caller shows counts for its reads. Throws UpdateError `offline` or `config_invalid` when a JWT can't
   * be checked just now.
   */
  async isKnown(c: HttpContext): Promise<boolean> {
    const secret = this.#secretOf(c, "read");
    if (secret === null) {
      const cookie = getCookie(c, SESSION_COOKIE);
      return cookie !== undefined && (await this.#holds(cookie));
    }
    try {
      await this.#parts.credentials.verify(secret);
      return true;
    } catch (error) {
      if (error instanceof UpdateError && error.code === "unauthorized") return false;
      throw error;
    }
  }

  /** Which calls whoever shows nothing may not make. */
  async neededFor(c: HttpContext): Promise<SessionAnswer["needed_for"]> {
    if (await this.#isOpen(c)) return "nothing";
    return this.#parts.auth.public_status ? "changes" : "everything";
  }

  /** A device that others can reach is never open, even when its last token was revoked. */
  async #isOpen(c: HttpContext): Promise<boolean> {
    return isLocal(c.env.address) && !(await this.#parts.credentials.exist());
  }

  #isFromConfigured(c: HttpContext): boolean {
    return configuredOrigin(c, this.#parts.auth.cors) !== null;
  }

  async #holds(cookie: string): Promise<boolean> {
    const origin = await this.#parts.sessions.read(cookie);
    return origin !== null && this.#parts.credentials.hold(origin);
  }

  #secretOf(c: HttpContext, effect: Effect): string | null {
    const bearer = /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const isInQuery = this.#parts.auth.token_in_query && effect !== "change-by-link";
    return bearer ?? c.req.header("x-api-key") ?? (isInQuery ? c.req.query("token") : undefined) ?? null;
  }
}

function fromForeignPage(): UpdateError {
  const words = `Without a token, pages of other sites may not call Pawl; ${MAKE_ONE}, and auth.cors names pages that may.`;
  return new UpdateError("forbidden", words);
}

/** Why what was shown is not enough. Programs get the same code for all of it. */
function nothingShown({ ticket, cookie }: { ticket: string | undefined; cookie: string | undefined }): UpdateError {
  if (ticket !== undefined) {
    return new UpdateError("unauthorized", "This ticket was used already, or is older than a minute. Ask for another.");
  }
  if (cookie !== undefined) return new UpdateError("unauthorized", "This session has ended. Sign in again.");
  const words = `This call needs a token, sent as "Authorization: Bearer …"; ${MAKE_ONE}.`;
  return new UpdateError("unauthorized", words);
}
