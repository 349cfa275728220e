import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { expect, test } from "vitest";
import { TrustError } from "./error.ts";
import { generateKeyPair, publicKeyOf } from "./keys.ts";
import { parseSignatures, SIGNATURE_MAX_BYTES, sign, signerOf, verifySignature } from "./signature.ts";

const bytes = Buffer.from('{"version":"1.4.0","files":[]}');
const mine = generateKeyPair();
const other = generateKeyPair();
const text = (...lines: string[]) => Buffer.from(lines.join("\n"));

/** The code of the TrustError that this throws. */
function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
  return "nothing thrown";
}

test("§6 public_keys: a key is PKCS8 PEM, and its public half the base64 of 32 raw bytes", () => {
  expect(mine.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(publicKeyOf(mine.privateKeyPem)).toBe(mine.publicKey);
  expect(Buffer.from(mine.publicKey.replace("ed25519:", ""), "base64")).toHaveLength(32);
});

test("reads the key that RFC 8032 gives as an example", () => {
  // RFC 8032, 7.1, test 1, as PKCS8: the fixed ASN.1 of RFC 8410 in front of the 32 raw bytes.
  const der = Buffer.from(
    "302e020100300506032b657004220420" + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "hex",
  );
  const pem = createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
  const publicHex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const signatureHex =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
  expect(publicKeyOf(pem)).toBe(`ed25519:${Buffer.from(publicHex, "hex").toString("base64")}`);
  expect(sign(new Uint8Array(), pem)).toBe(`ed25519:${Buffer.from(signatureHex, "hex").toString("base64")}`);
});

test.each([
  [
    "an RSA key",
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  ],
  ["a public key", createPublicKey(mine.privateKeyPem).export({ type: "spki", format: "pem" }).toString()],
  ["something else", "not a key"],
])("refuses %s as a private key", (_, pem) => {
  expect(codeOf(() => sign(bytes, pem))).toBe("bad_request");
  expect(codeOf(() => publicKeyOf(pem))).toBe("bad_request");
});

test("§6 manifest.json.sig: a signature is one line over the exact bytes, which any ed25519 program can check", () => {
  const line = sign(bytes, mine.privateKeyPem);
  expect(line).toMatch(/^ed25519:[A-Za-z0-9+/]{86}==$/);
  const raw = Buffer.from(line.slice(8), "base64");
  expect(raw).toHaveLength(64);
  expect(verify(null, bytes, createPublicKey(mine.privateKeyPem), raw)).toBe(true);
});

test.each([
  ["alone", [sign(bytes, mine.privateKeyPem)]],
  ["with a newline", [sign(bytes, mine.privateKeyPem), ""]],
  ["with Windows line ends", [`${sign(bytes, mine.privateKeyPem)}\r`, ""]],
  ["after another's", [sign(bytes, other.privateKeyPem), sign(bytes, mine.privateKeyPem)]],
  [
    "among comments, blank lines and other kinds",
    ["# by hand", "", "rsa:AAAA", "ed25519:broken", sign(bytes, mine.privateKeyPem), "  "],
  ],
])("accepts a matching line %s", (_, lines) => {
  const stranger = generateKeyPair();
  expect(() => verifySignature(bytes, text(...lines), [stranger.publicKey, mine.publicKey])).not.toThrow();
  expect(signerOf(bytes, text(...lines), [stranger.publicKey, mine.publicKey])).toBe(mine.publicKey);
});

test("§6 manifest.json.sig: requires nothing when no key is configured", () => {
  expect(() => verifySignature(bytes, null, [])).not.toThrow();
  expect(() => verifySignature(bytes, text("nonsense"), [])).not.toThrow();
});

test.each([
  ["no file", null],
  ["an empty file", text("")],
  ["only comments", text("# nothing", "")],
  ["a commented signature", text(`#${sign(bytes, mine.privateKeyPem)}`)],
  ["a signature of too few bytes", text(`ed25519:${Buffer.alloc(63).toString("base64")}`)],
])("with %s the signature is missing", (_, file) => {
  expect(codeOf(() => verifySignature(bytes, file, [mine.publicKey]))).toBe("signature_missing");
});

test.each([
  ["another key", bytes, sign(bytes, other.privateKeyPem)],
  ["this key over other bytes", bytes, sign(Buffer.from(`${bytes} `), mine.privateKeyPem)],
  ["nobody", bytes, `ed25519:${Buffer.alloc(64).toString("base64")}`],
])("refuses what is signed by %s", (_, signed, line) => {
  expect(codeOf(() => verifySignature(signed, text(line), [mine.publicKey]))).toBe("signature_wrong");
});

test("refuses every single changed bit", () => {
  const line = text(sign(bytes, mine.privateKeyPem));
  for (let bit = 0; bit < bytes.length * 8; bit += 7) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(signerOf(changed, line, [mine.publicKey])).toBeNull();
  }
});

test("reads no signature file without end", () => {
  expect(codeOf(() => parseSignatures(Buffer.alloc(SIGNATURE_MAX_BYTES + 1, "\n")))).toBe("too_large");
});
