import type { HealthConfig } from "@pawl/protocol";
import { createProbes } from "../health/index.ts";
import { look } from "../health/look.ts";
import { createServices } from "../system/services.ts";
import type { Clock, Run } from "../system/types.ts";
import { LOOK_MS } from "./limits.ts";
import { blamed, type Circumstances, excuseFor } from "./services.ts";
import { type Finding, fine } from "./types.ts";

export interface HealthParts extends Circumstances {
  health: readonly HealthConfig[];
  /** What the app has to say its version is; null: nobody knows. */
  version: string | null;
  clock: Clock;
  run: Run;
}

/** Makes each health check of an app once, as it is after an update, but without patience. */
export async function lookAtHealth(parts: HealthParts, signal: AbortSignal): Promise<Finding[]> {
  const { health, version: expectedVersion, app, clock, run } = parts;
  return Promise.all(
    health.map(async (config) => {
      const [probe] = createProbes([config], createServices([], run), run);
      if (!probe) return fine("There is no health check");
      const reading = await look(probe, { clock, expectedVersion, signal, lookMs: LOOK_MS });
      if (reading.ok) return fine(`${probe.name} says that the app works`);
      const excuse = excuseFor("command" in config, parts);
      return blamed(`${probe.name} ${reading.reason}`, fixOf(config, probe.name, app), excuse, app);
    }),
  );
}

function fixOf(config: HealthConfig, name: string, app: string): string {
  const log = `\`pawl log --app ${app}\` shows the last update`;
  if ("http" in config) return `\`curl -i ${name}\` shows what the app answers; ${log}`;
  if ("tcp" in config) return `\`ss -ltn\` shows who listens; ${log}`;
  if ("systemd" in config)
    return `sudo systemctl restart ${config.systemd}; journalctl -u ${config.systemd} -n 50 says why it ended`;
  return `Run it by hand: ${config.command.join(" ")}`;
}
