export * from "./api.ts";
export * from "./config.ts";
export * from "./events.ts";
export * from "./failure.ts";
export * from "./manifest.ts";
export * from "./release.ts";
export * from "./update.ts";
export * from "./values.ts";
