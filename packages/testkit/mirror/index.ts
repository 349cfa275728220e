export { type MadePackage, noise } from "./build/made-package.ts";
export type { FaultOrKind, MirrorFault } from "./faults.ts";
export { buildMirror, generateMirror, sharedMirror } from "./generate.ts";
export { type ApkKey, MIRROR_KEYS, type MirrorKeys, STRANGER_KEYS } from "./keys.ts";
export { MirrorServer, type MirrorServerOptions } from "./mirror-server.ts";
export type { MirrorRequest, Traffic } from "./request-log.ts";
export { type ScaleOptions, scaleMirror } from "./scale.ts";
export type { Upstream } from "./upstream.ts";
export type { Release } from "./world/releases.ts";
