import type { Scope } from "./scopes.ts";

/** A token as it may be shown; what was sent can't be had from it. */
export interface TokenInfo {
  id: string;
  name: string;
  scopes: readonly Scope[];
  createdAt: Date;
  /** Null: it doesn't end. */
  expiresAt: Date | null;
  /** To the minute. */
  lastUsedAt: Date | null;
}

export interface NewToken {
  name: string;
  scopes: readonly Scope[];
  expiresAt: Date | null;
}

/** Who may do what needs a scope. */
export interface Tokens {
  /** The token itself is in the answer, and nowhere else. @throws bad_request for a name that is taken or malformed */
  create(token: NewToken): Promise<{ token: string; info: TokenInfo }>;
  /** By name; those that have ended too. */
  list(): Promise<readonly TokenInfo[]>;
  /** By name or id. @throws not_found */
  revoke(nameOrId: string): Promise<void>;
  /** Whose it is; null for one that was never made, was revoked or has ended. */
  verify(token: string): Promise<TokenInfo | null>;
}
