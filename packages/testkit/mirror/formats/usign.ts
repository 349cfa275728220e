import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

/** A usign (signify) key pair. */
export interface UsignKey {
  /** The public key's file: two lines. */
  public: string;
  /** 16 hex digits, the name of its file in `keys/`. */
  fingerprint: string;
  /** The content of a `.sig` file for a message. */
  sign(message: Uint8Array): string;
}

/** What precedes the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** A key made from a seed of 32 bytes; `keyNumber` has 8 bytes. The same seed gives the same signatures. */
export function usignKey(seed: Uint8Array, keyNumber: Uint8Array, comment: string): UsignKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });
  const fingerprint = Buffer.from(keyNumber).toString("hex");
  return {
    fingerprint,
    public: textFile(comment, [keyNumber, rawPublicKey(privateKey)]),
    sign: (message) => textFile(`signed by key ${fingerprint}`, [keyNumber, sign(null, message, privateKey)]),
  };
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
}

/** Both kinds of files are a comment and base64 of: algorithm, number of the key, key or signature. */
function textFile(comment: string, parts: readonly Uint8Array[]): string {
  const line = Buffer.concat([Buffer.from("Ed"), ...parts]).toString("base64");
  return `untrusted comment: ${comment}\n${line}\n`;
}
