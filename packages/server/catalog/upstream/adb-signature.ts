import { createHash, verify } from "node:crypto";
import type { Adb } from "./adb.ts";
import type { ApkKey } from "./apk-key.ts";
import { UpstreamError } from "./error.ts";

const HEAD_BYTES = 18;
const VERSION = 0;
const SHA512 = 4;

/**
 * That one of these keys signed the database of a file in apk's format. A signature block is a version, an algorithm and
 * the id of its key, then an ECDSA signature over the schema, that head, and the SHA-512 of the database. Signatures by
 * other keys don't count for or against it.
 *
 * @returns the key's id
 * @throws UpstreamError `signature_missing`, `signature_wrong`
 */
export function verifyAdb({ schema, payload, signatures }: Adb, keys: readonly ApkKey[], what: string): string {
  if (signatures.length === 0) throw new UpstreamError("signature_missing", `${what} isn't signed.`);
  const digest = createHash("sha512").update(payload).digest();
  let named = false;
  for (const block of signatures) {
    if (block.length <= HEAD_BYTES || block[0] !== VERSION || block[1] !== SHA512) continue;
    const head = block.subarray(0, HEAD_BYTES);
    const key = keys.find(({ id }) => id === head.toString("hex", 2));
    if (!key) continue;
    named = true;
    const signed = Buffer.concat([Buffer.from(schema, "latin1"), head, digest]);
    if (verify("sha512", signed, key.key, block.subarray(HEAD_BYTES))) return key.id;
  }
  const why = named ? "doesn't match its signature" : "is signed by other keys than those that may sign it";
  throw new UpstreamError("signature_wrong", `${what} ${why}.`);
}
