export { Appliance, type ApplianceOptions, freePort } from "./appliance/appliance.ts";
export { type Finished, PawlCommand } from "./appliance/pawl-command.ts";
export type { Behaviour } from "./appliance/release-content.ts";
export { TestClock } from "./clock.ts";
export type { Fault } from "./fault.ts";
export { FakeForge, type FakeForgeOptions } from "./forge/fake-forge.ts";
export { type RecordedRequest, ReleaseHost, type ReleaseHostOptions } from "./release-host.ts";
export { TempDir } from "./temp-dir.ts";
