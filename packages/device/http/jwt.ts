import type { JwtConfig } from "@pawl/protocol";
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { UpdateError } from "../error.ts";
import type { Clock } from "../system/types.ts";
import { JwtKeyFile } from "./jwt-key-file.ts";
import { JwtKeySet } from "./jwt-key-set.ts";
import type { JwtKeys, TrustedKey } from "./jwt-keys.ts";

/** By how much two clocks may differ, in seconds. */
const TOLERANCE_S = 30;
/** Longer ones are not looked at. */
const MOST_LENGTH = 8 * 1024;

/** What a JWT proves. */
export interface Proven {
  /** Of the key that signed it. */
  keyId: string;
  /** Its `exp`, in seconds since 1970. */
  expiresAt: number;
}

export interface JwtParts {
  clock: Clock;
  /** Ends questions to the host of a key set. */
  signal: AbortSignal;
}

/** Lets in who was signed in elsewhere: JWTs signed with the keys that `auth.jwt` names. */
export class JwtVerifier {
  readonly #keys: JwtKeys;
  readonly #config: JwtConfig;
  readonly #clock: Clock;

  private constructor(keys: JwtKeys, config: JwtConfig, clock: Clock) {
    this.#keys = keys;
    this.#config = config;
    this.#clock = clock;
  }

  /** Throws UpdateError `config_invalid` with what to do when a key file can't be used. A host is asked when it is needed. */
  static async open(config: JwtConfig, { clock, signal }: JwtParts): Promise<JwtVerifier> {
    return new JwtVerifier(await keysOf(config, { clock, signal }), config, clock);
  }

  /**
   * Throws UpdateError `unauthorized`, in words that are no help for the next try; `offline` or `config_invalid` when
   * there is no key to check it with.
   */
  async verify(token: string): Promise<Proven> {
    const header = headerOf(token);
    if (!header) throw refusal();
    const { kid, alg } = header;
    const isMeant = (key: TrustedKey) => kid === null || key.kid === null || key.kid === kid;
    const keys = (await this.#keys.read(kid)).filter((key) => key.algorithms.includes(alg) && isMeant(key));
    let cause: unknown;
    for (const { id, key } of keys) {
      try {
        const payload = await this.#check(token, key, alg);
        if (typeof payload.exp === "number") return { keyId: id, expiresAt: payload.exp };
      } catch (error) {
        // Only what was signed rightly is looked at more closely, so that these words are for the owner.
        if (error instanceof errors.JWTExpired) throw expired(error);
        if (error instanceof errors.JWTClaimValidationFailed && error.claim === "nbf") throw early(error);
        cause = error;
      }
    }
    throw refusal(cause);
  }

  /** Whether the key of that id counts now, as it did for a JWT that was let in earlier. */
  async trusts(keyId: string): Promise<boolean> {
    return (await this.#keys.read(null)).some(({ id }) => id === keyId);
  }

  async #check(token: string, key: TrustedKey["key"], algorithm: string): Promise<JWTPayload> {
    const { issuer, audience } = this.#config;
    const { payload } = await jwtVerify(token, key, {
      // RFC 8725, 3.1: those of the key, whatever the token says.
      algorithms: [algorithm],
      requiredClaims: ["exp"],
      clockTolerance: TOLERANCE_S,
      currentDate: this.#clock.now(),
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    });
    return payload;
  }
}

/** Whether a token is one of these rather than one of Pawl's own. */
export function isJwt(token: string): boolean {
  return token.split(".", 4).length === 3;
}

/** What is said of a sign-in that is over. */
export function expired(cause?: unknown): UpdateError {
  return new UpdateError("unauthorized", "This sign-in has expired. Sign in again.", { cause });
}

function keysOf(config: JwtConfig, { clock, signal }: JwtParts): Promise<JwtKeys> | JwtKeys {
  if ("secret_file" in config) return JwtKeyFile.openSecret(config.secret_file);
  if ("public_key_file" in config) return JwtKeyFile.openPublicKey(config.public_key_file);
  return new JwtKeySet({ url: config.jwks_url, clock, signal });
}

function headerOf(token: string): { alg: string; kid: string | null } | null {
  if (token.length > MOST_LENGTH) return null;
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return typeof alg === "string" ? { alg, kid: typeof kid === "string" ? kid : null } : null;
  } catch {
    return null;
  }
}

function early(cause: unknown): UpdateError {
  const words = "This sign-in isn't valid yet. Check the clocks of this device and of the one that signed you in.";
  return new UpdateError("unauthorized", words, { cause });
}

function refusal(cause?: unknown): UpdateError {
  return new UpdateError("unauthorized", "This sign-in doesn't count here. Sign in again.", { cause });
}
