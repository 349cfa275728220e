export { type FetchProxyOptions, openFetchProxy } from "./fetch-proxy.ts";
export { DEFAULT_LIMITS, type ProxyLimits } from "./limits.ts";
export { ProxyThread } from "./proxy-thread.ts";
export type { FetchFailure, FetchProxy, ProxyRoute } from "./types.ts";
