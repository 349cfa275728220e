import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { PublicKey } from "@pawl/protocol";
import { TrustError } from "./error.ts";

/** A new ed25519 key: the secret as PKCS8 PEM, and what devices are told. */
export function generateKeyPair(): { privateKeyPem: string; publicKey: PublicKey } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: written(publicKey),
  };
}

/** The public half of a private key. Throws TrustError `bad_request` for anything but an ed25519 key. */
export function publicKeyOf(privateKeyPem: string): PublicKey {
  return written(createPublicKey(readPrivateKey(privateKeyPem)));
}

/** The private key in a PKCS8 PEM file. Throws TrustError `bad_request` for anything but an ed25519 key. */
export function readPrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new TrustError(
      "bad_request",
      "This isn't a private key as PKCS8 PEM without a password; pawl key generate makes one.",
      { cause },
    );
  }
  if (key.asymmetricKeyType !== "ed25519") {
    throw new TrustError(
      "bad_request",
      `This is a key of type ${key.asymmetricKeyType}, and releases are signed with ed25519.`,
    );
  }
  return key;
}

/** The key behind its written form. */
export function readPublicKey(text: PublicKey): KeyObject {
  const x = Buffer.from(text.slice("ed25519:".length), "base64").toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }); // RFC 8037
}

function written(key: KeyObject): PublicKey {
  const { x } = key.export({ format: "jwk" });
  return PublicKey.parse(`ed25519:${Buffer.from(x ?? "", "base64url").toString("base64")}`);
}
