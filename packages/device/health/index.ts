import type { HealthConfig } from "@pawl/protocol";
import type { Services } from "../system/services.ts";
import type { Run } from "../system/types.ts";
import { commandProbe } from "./command.ts";
import { httpProbe } from "./http.ts";
import { serviceProbe, systemdProbe } from "./service.ts";
import { tcpProbe } from "./tcp.ts";
import type { HealthProbe } from "./types.ts";

export { canProve } from "./can-prove.ts";
export { checkHealth, type HealthCheck } from "./check.ts";
export type { HealthProbe, HealthReading } from "./types.ts";

/** When `health:` names nothing: each service is up within a minute and stays so for ten seconds (contract §4). */
const DEFAULT_PATIENCE = { within: 60_000, steady: 10_000 };

/** The probes of one app. Made anew for each check: some remember what they saw. */
export function createProbes(health: readonly HealthConfig[], services: Services, run: Run): HealthProbe[] {
  if (health.length > 0) return health.map((config) => probeOf(config, run));
  return services.watches().map((watch) => serviceProbe(watch, DEFAULT_PATIENCE));
}

function probeOf(config: HealthConfig, run: Run): HealthProbe {
  if ("http" in config) return httpProbe(config);
  if ("tcp" in config) return tcpProbe(config);
  if ("command" in config) return commandProbe(config, run);
  return systemdProbe(config, run);
}
