import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { exportJWK, type JWK, type JWTPayload, SignJWT } from "jose";

export const SECRET = "a secret that both sides know, 32 bytes or more";

/** Key pairs of every kind that sign-ins may be signed with, by the algorithm they are made for. */
export const MAKE_KEYS = {
  EdDSA: () => generateKeyPairSync("ed25519"),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
} as const;

export interface Signing {
  alg: string;
  key: KeyObject | Uint8Array;
  kid?: string;
}

export const BY_SECRET: Signing = { alg: "HS256", key: Buffer.from(SECRET) };

/** In seconds since 1970. */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

/** A JWT as somebody else's server issues it; good for 15 minutes unless the claims say otherwise. */
export function issue(claims: JWTPayload = {}, { alg, key, kid }: Signing = BY_SECRET): Promise<string> {
  return new SignJWT({ sub: "owner", exp: secondsFromNow(900), ...claims })
    .setProtectedHeader(kid === undefined ? { alg } : { alg, kid })
    .sign(key);
}

/** A JWT of these very parts, whatever they say. */
export function assemble(header: object, claims: object, signature = ""): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part(header)}.${part(claims)}.${signature}`;
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

/** A public key as it stands in a key set. */
export async function jwkOf(key: KeyObject, more: Partial<JWK> = {}): Promise<JWK> {
  return { ...(await exportJWK(key)), ...more };
}
