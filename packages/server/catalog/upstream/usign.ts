import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { UpstreamError } from "./error.ts";

/** An ed25519 public key as usign and signify write it. */
export interface UsignKey {
  /** Its key number, 16 hex digits: the name of its file in `/etc/opkg/keys`. */
  fingerprint: string;
  key: KeyObject;
}

const ALGORITHM = "Ed";
const KEY_BYTES = 42;
const SIGNATURE_BYTES = 74;
/** What stands before the 32 raw bytes in an SPKI structure (RFC 8410 §4). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** Reads a public key, with or without its comment line. Null when it isn't one. */
export function parseUsignKey(text: string): UsignKey | null {
  const bytes = payloadOf(text, KEY_BYTES);
  if (bytes === null) return null;
  return {
    fingerprint: bytes.toString("hex", 2, 10),
    key: createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes.subarray(10)]), format: "der", type: "spki" }),
  };
}

/**
 * That one of these keys signed exactly these bytes. The signature names its key by number; only keys of that number are
 * tried. `what` is the signed file in sentences.
 *
 * @returns the key's fingerprint
 * @throws UpstreamError `signature_wrong`
 */
export function verifyUsign(message: Uint8Array, signature: string, keys: readonly UsignKey[], what: string): string {
  const bytes = payloadOf(signature, SIGNATURE_BYTES);
  if (bytes === null) {
    throw new UpstreamError("signature_wrong", `The signature of ${what} isn't one that usign makes.`);
  }
  const fingerprint = bytes.toString("hex", 2, 10);
  const known = keys.filter((key) => key.fingerprint === fingerprint);
  if (known.length === 0) {
    throw new UpstreamError(
      "signature_wrong",
      `${what} is signed by the key ${fingerprint}; only ${keys.map((key) => key.fingerprint).join(", ")} may sign it.`,
    );
  }
  if (!known.some(({ key }) => verify(null, message, key, bytes.subarray(10)))) {
    throw new UpstreamError("signature_wrong", `${what} doesn't match its signature by the key ${fingerprint}.`);
  }
  return fingerprint;
}

/** The decoded last line, when it has that many bytes and is of the one algorithm there is. */
function payloadOf(text: string, length: number): Buffer | null {
  const line = text.trim().split("\n").at(-1)?.trim() ?? "";
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(line)) return null;
  const bytes = Buffer.from(line, "base64");
  return bytes.length === length && bytes.toString("latin1", 0, 2) === ALGORITHM ? bytes : null;
}
