// The only place that wires parts: each side of an app by hand, in a file of its own.
export { type AppOptions, createApp } from "./compose/app.ts";
export { createApplier } from "./compose/applier.ts";
export type { DeviceConfig, Overrides } from "./compose/shared.ts";
