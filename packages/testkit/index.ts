export type { Fault } from "./fault.ts";
export { type RecordedRequest, ReleaseHost, type ReleaseHostOptions } from "./release-host.ts";
export { TempDir } from "./temp-dir.ts";
