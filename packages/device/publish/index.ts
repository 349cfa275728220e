export { createKeyFile, readKeyFile, readPublicKeyOf } from "./key-file.ts";
export { type PackedRelease, type PackOptions, packRelease } from "./pack.ts";
export { type WrittenIndex, writeIndex } from "./release-index.ts";
export { type VerifiedRelease, verifyRelease } from "./verify.ts";
