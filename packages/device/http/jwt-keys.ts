import { createHash } from "node:crypto";
import type { JWK } from "jose";

/** A key whose signatures count. */
export interface TrustedKey {
  /** Names the key without giving it away; after a restart it is still the same. */
  id: string;
  /** What a key set calls it; null where there is only one key. */
  kid: string | null;
  /** What it may be used with. Never what a token says of itself. */
  algorithms: readonly string[];
  key: JWK | Uint8Array;
}

/** Where the keys that sign-ins are checked with come from. */
export interface JwtKeys {
  /**
   * The keys that count now.
   * @param kid the key somebody asks for: a set that doesn't have it may be read again
   * Throws UpdateError when they can't be had.
   */
  read(kid: string | null): Promise<readonly TrustedKey[]>;
}

/** What makes a key of its kind. All else in a JWK, a private part above all, is left behind. */
const PARTS: Record<string, readonly (keyof JWK)[]> = {
  RSA: ["kty", "n", "e"],
  EC: ["kty", "crv", "x", "y"],
  OKP: ["kty", "crv", "x"],
};

/** RFC 7518, 3.3: shorter RSA keys must not be used, in bytes. */
const SHORTEST_RSA = 2048 / 8;
const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const CURVES: Record<string, readonly string[]> = {
  "P-256": ["ES256"],
  "P-384": ["ES384"],
  "P-521": ["ES512"],
  Ed25519: ["EdDSA", "Ed25519"],
};

/** A public key as it may be used, or null when signatures can't be checked with it. */
export function trustedKey(jwk: JWK): TrustedKey | null {
  const parts = Object.hasOwn(PARTS, jwk.kty ?? "") ? (PARTS[jwk.kty ?? ""] ?? []) : [];
  const isForSignatures = (jwk.use ?? "sig") === "sig" && (jwk.key_ops?.includes("verify") ?? true);
  if (!isForSignatures || parts.length === 0 || parts.some((part) => typeof jwk[part] !== "string")) return null;
  const algorithms = algorithmsOf(jwk).filter((alg) => jwk.alg === undefined || jwk.alg === alg);
  if (algorithms.length === 0) return null;
  const key: JWK = Object.fromEntries(parts.map((part) => [part, jwk[part]]));
  return { id: keyId(JSON.stringify(key)), kid: jwk.kid ?? null, algorithms, key };
}

/** The secret both sides know. RFC 8725, 3.1: it is for this one algorithm, or a public key would pass for a secret. */
export function trustedSecret(secret: Uint8Array): TrustedKey {
  return { id: keyId(secret), kid: null, algorithms: ["HS256"], key: secret };
}

function algorithmsOf({ kty, crv = "", n = "" }: JWK): readonly string[] {
  if (kty === "RSA") return Buffer.from(n, "base64url").length >= SHORTEST_RSA ? RSA : [];
  return Object.hasOwn(CURVES, crv) ? (CURVES[crv] ?? []) : [];
}

function keyId(key: string | Uint8Array): string {
  return createHash("sha256").update("pawl sign-in key\n").update(key).digest("hex").slice(0, 32);
}
