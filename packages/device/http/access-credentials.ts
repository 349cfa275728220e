import { UpdateError } from "../error.ts";
import { type Tokens, tokenId } from "../tokens.ts";
import { isJwt, type JwtVerifier } from "./jwt.ts";
import type { SessionOrigin } from "./sessions.ts";

/** How one gets in, for who has no way in. */
export const MAKE_ONE = "`pawl token create <name>` makes a token";

/** What a caller has shown: what a session may be made from, and when that is over, in seconds since 1970. */
export interface Credential {
  origin: SessionOrigin;
  expiresAt: number | null;
}

/** What callers may show to be let in: API tokens, and JWTs where `auth.jwt` is set. */
export class Credentials {
  readonly #tokens: Tokens;
  readonly #jwt: JwtVerifier | null;

  constructor(tokens: Tokens, jwt: JwtVerifier | null) {
    this.#tokens = tokens;
    this.#jwt = jwt;
  }

  /** Whether anybody can show anything: as long as not, there is nothing to ask for. */
  async exist(): Promise<boolean> {
    return this.#jwt !== null || (await this.#tokens.list()).length > 0;
  }

  /** Throws UpdateError `unauthorized`; `offline` or `config_invalid` when a JWT can't be checked just now. */
  async verify(secret: string): Promise<Credential> {
    if (this.#jwt && isJwt(secret)) {
      const { keyId, expiresAt } = await this.#jwt.verify(secret);
      return { origin: { key: keyId }, expiresAt };
    }
    if (await this.#tokens.verify(secret)) return { origin: { token: tokenId(secret) }, expiresAt: null };
    throw new UpdateError("unauthorized", `This token isn't known here, or was revoked; ${MAKE_ONE}.`);
  }

  /** Whether what a session was made from is still good: not after a revocation, nor with another key in `auth.jwt`. */
  async hold(origin: SessionOrigin): Promise<boolean> {
    if ("token" in origin) return this.#tokens.holds(origin.token);
    return (await this.#jwt?.trusts(origin.key)) ?? false;
  }
}
