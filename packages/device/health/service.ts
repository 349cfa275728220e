import type { HealthConfig } from "@pawl/protocol";
import { watchUnit } from "../system/services/unit.ts";
import type { ServiceWatch } from "../system/services.ts";
import type { Run } from "../system/types.ts";
import type { HealthProbe } from "./types.ts";

/** Up is a service that runs and did not restart by itself since the last look. */
export function serviceProbe(watch: ServiceWatch, { within, steady }: { within: number; steady: number }): HealthProbe {
  return {
    name: `the service ${watch.name}`,
    withinMs: within,
    steadyMs: steady,
    probe: (_expectedVersion, signal) => watch.isUp(signal),
  };
}

/** The same for a unit that `health:` names. */
export function systemdProbe(config: Extract<HealthConfig, { systemd: string }>, run: Run): HealthProbe {
  return serviceProbe(watchUnit(config.systemd, { run }), config);
}
