import { createECDH, createHash, createHmac } from "node:crypto";

/** The order of P-256's base point. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * Signs with P-256 and SHA-512 and a nonce that follows from key and message (RFC 6979), because node's own signatures
 * are different each time. `key` is the private number, 32 bytes. Answers DER.
 */
export function signDeterministically(message: Uint8Array, key: Uint8Array): Buffer {
  const digest = createHash("sha512").update(message).digest().subarray(0, 32);
  const secret = numberOf(key);
  for (const nonce of nonces(key, digest)) {
    const r = numberOf(publicPoint(nonce).subarray(1, 33)) % ORDER;
    const s = modulo(inverse(numberOf(nonce)) * (numberOf(digest) + r * secret));
    if (r !== 0n && s !== 0n) return sequence(derInteger(r), derInteger(s));
  }
  throw new Error("unreachable: nonces don't end");
}

/** The uncompressed public point of a private number: 65 bytes. */
export function publicPoint(key: Uint8Array): Buffer {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(key);
  return curve.getPublicKey();
}

/** RFC 6979 3.2 for HMAC-SHA-512: nonces that are fit, the first of which nearly always does. */
function* nonces(key: Uint8Array, digest: Uint8Array): Generator<Buffer> {
  const seed = Buffer.concat([key, bytesOf(modulo(numberOf(digest)))]);
  let k: Buffer = Buffer.alloc(64);
  let v: Buffer = Buffer.alloc(64, 1);
  const update = (...parts: Uint8Array[]) => {
    k = hmac(k, v, ...parts);
    v = hmac(k, v);
  };
  update(Buffer.of(0), seed);
  update(Buffer.of(1), seed);
  for (;;) {
    v = hmac(k, v);
    const nonce = Buffer.from(v.subarray(0, 32));
    const value = numberOf(nonce);
    if (value > 0n && value < ORDER) yield nonce;
    update(Buffer.of(0));
  }
}

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  const mac = createHmac("sha512", key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}

function modulo(value: bigint): bigint {
  return ((value % ORDER) + ORDER) % ORDER;
}

/** The extended Euclidean algorithm. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [ORDER, modulo(value), 0n, 1n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return modulo(x);
}

function derInteger(value: bigint): Buffer {
  const bytes = bytesOf(value);
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const digits = bytes.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.alloc(0);
  return Buffer.concat([Buffer.of(2, sign.length + digits.length), sign, digits]);
}

function sequence(...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
