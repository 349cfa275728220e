import { createHash, createPublicKey, type KeyObject } from "node:crypto";

/** An EC public key (prime256v1), as apk has them in `/etc/apk/keys`. */
export interface ApkKey {
  /** The first 16 bytes of the SHA-512 of its uncompressed point, hex: how a signature names its key. */
  id: string;
  key: KeyObject;
}

/** Reads a PEM public key; a comment line before it, as builds write one, is passed over. Null when it isn't one. */
export function parseApkKey(text: string): ApkKey | null {
  const begin = text.indexOf("-----BEGIN PUBLIC KEY-----");
  if (begin === -1) return null;
  let key: KeyObject;
  try {
    key = createPublicKey(text.slice(begin));
  } catch {
    return null;
  }
  if (key.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1") return null;
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return { id: createHash("sha512").update(point).digest("hex").slice(0, 32), key };
}
