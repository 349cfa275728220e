export { abiName } from "./abi.ts";
export { UpstreamError, type UpstreamErrorCode } from "./error.ts";
export { Keyring } from "./keyring.ts";
export { kmodsPath } from "./kmods.ts";
export { readFeedList, readModels, readReleaseList, readTargetList } from "./read-document.ts";
export { readIndex } from "./read-index.ts";
export { readTarget } from "./read-target.ts";
export { DEFAULT_RETRY, type RetryPolicy } from "./retry.ts";
export type { Feed, ReadOptions, ReadResult, ReleaseList, Validators } from "./types.ts";
