export { TrustError, type TrustErrorCode } from "./error.ts";
export { sha256Of } from "./hash.ts";
export { generateKeyPair, publicKeyOf } from "./keys.ts";
export { readManifest } from "./manifest.ts";
export { parseSignatures, SIGNATURE_MAX_BYTES, sign, signerOf, verifySignature } from "./signature.ts";
export { type Verification, verifyManifest } from "./verify.ts";
