import { sign as cryptoSign, verify as cryptoVerify } from "node:crypto";
import type { PublicKey } from "@pawl/protocol";
import { TrustError } from "./error.ts";
import { readPrivateKey, readPublicKey } from "./keys.ts";

/** A signature file larger than this is refused unread, in bytes. */
export const SIGNATURE_MAX_BYTES = 64 * 1024;

/** One line of a signature file, without its end: `ed25519:` and the base64 of the 64 raw bytes. */
export function sign(bytes: Uint8Array, privateKeyPem: string): string {
  return `ed25519:${cryptoSign(null, bytes, readPrivateKey(privateKeyPem)).toString("base64")}`;
}

/**
 * The ed25519 signatures in a signature file, 64 bytes each. Blank lines, lines that start with #, and lines this
 * program can't read (another algorithm's, say) don't count. Throws TrustError `too_large`.
 */
export function parseSignatures(file: Uint8Array): Uint8Array[] {
  if (file.length > SIGNATURE_MAX_BYTES) {
    throw new TrustError("too_large", `The signature file is larger than ${SIGNATURE_MAX_BYTES} bytes.`);
  }
  return new TextDecoder()
    .decode(file)
    .split("\n")
    .map((line) => /^ed25519:([A-Za-z0-9+/]{86}==)$/.exec(line.trim())?.[1])
    .filter((base64) => base64 !== undefined)
    .map((base64) => Buffer.from(base64, "base64"));
}

/** The first of these keys that has signed exactly these bytes, or null when none has. */
export function signerOf(bytes: Uint8Array, signatureFile: Uint8Array, keys: readonly PublicKey[]): PublicKey | null {
  const signatures = parseSignatures(signatureFile);
  return (
    keys.find((key) => signatures.some((signature) => cryptoVerify(null, bytes, readPublicKey(key), signature))) ?? null
  );
}

/**
 * Contract §6: any line that matches any key counts; without keys nothing is required. Throws TrustError
 * `signature_missing` or `signature_wrong`.
 */
export function verifySignature(bytes: Uint8Array, signatureFile: Uint8Array | null, keys: readonly PublicKey[]): void {
  if (keys.length === 0) return;
  if (signatureFile === null || parseSignatures(signatureFile).length === 0) {
    throw new TrustError(
      "signature_missing",
      "The release isn't signed, and this app only takes releases signed by its publisher's key.",
    );
  }
  if (signerOf(bytes, signatureFile, keys) === null) {
    throw new TrustError(
      "signature_wrong",
      "The release isn't signed by any of the keys this app trusts, or its manifest was changed afterwards.",
    );
  }
}
