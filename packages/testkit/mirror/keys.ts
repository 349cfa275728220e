import { createHash, createPublicKey } from "node:crypto";
import { publicPoint, signDeterministically } from "./formats/ecdsa.ts";
import { type UsignKey, usignKey } from "./formats/usign.ts";

/** The key an apk index is signed with. */
export interface ApkKey {
  /** The public key, EC P-256. */
  pem: string;
  /** 16 bytes: the start of the sha512 of the public point. */
  id: Buffer;
  /** DER, ECDSA with SHA-512. */
  sign(message: Uint8Array): Buffer;
}

export interface MirrorKeys {
  usign: UsignKey;
  apk: ApkKey;
}

/** The miniature's own keys: always the same, and secret to nobody. */
export const MIRROR_KEYS: MirrorKeys = keysOf("miniature mirror");
/** Keys nobody was told to trust. */
export const STRANGER_KEYS: MirrorKeys = keysOf("stranger");

/** Keys that follow from a name. */
export function keysOf(name: string): MirrorKeys {
  const comment = `${name}: for tests, not secret`;
  return {
    usign: usignKey(digest(`${name} usign`), digest(`${name} usign number`).subarray(0, 8), comment),
    apk: apkKey(digest(`${name} apk`)),
  };
}

function apkKey(secret: Uint8Array): ApkKey {
  const point = publicPoint(secret);
  const coordinate = (from: number) => point.subarray(from, from + 32).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: coordinate(1), y: coordinate(33) };
  return {
    pem: createPublicKey({ key: jwk, format: "jwk" }).export({ format: "pem", type: "spki" }).toString(),
    id: createHash("sha512").update(point).digest().subarray(0, 16),
    sign: (message) => signDeterministically(message, secret),
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
