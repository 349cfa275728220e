import type { ServiceConfig } from "@pawl/protocol";
import type { Control, Service } from "./types.ts";
import { isUnitAbsent, watchUnit } from "./unit.ts";

/** A unit that others share, such as a web server: told to read its files again, never stopped. */
export function reloadService(config: Extract<ServiceConfig, { reload: string }>, control: Control): Service {
  const { reload: unit, optional } = config;
  const { run, timeoutMs } = control;
  const reload: Service["start"] = (signal, onLine) =>
    run(["systemctl", "reload", unit], { timeoutMs, signal, onLine });
  return {
    name: unit,
    optional,
    isShared: true,
    start: reload,
    stop: async () => ({ code: 0, signal: null, stdout: "", stderr: "", timedOut: false }),
    restart: reload,
    isAbsent: (result, signal) => isUnitAbsent(unit, result, run, signal),
    watch: () => watchUnit(unit, { run, optional }),
  };
}
