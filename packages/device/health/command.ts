import type { HealthConfig } from "@pawl/protocol";
import { lastWords } from "../system/services/words.ts";
import type { Run } from "../system/types.ts";
import type { HealthProbe } from "./types.ts";

/** The program is ended by its own limit if the look's limit doesn't come first, in milliseconds. */
const LIMIT_MS = 10_000;

/** Up is a program of the owner's that ends with exit code 0. */
export function commandProbe(config: Extract<HealthConfig, { command: string[] }>, run: Run): HealthProbe {
  return {
    name: config.command.join(" "),
    withinMs: config.within,
    steadyMs: config.steady,
    async probe(_expectedVersion, signal) {
      const result = await run(config.command, { timeoutMs: LIMIT_MS, signal });
      return result.code === 0 ? { ok: true } : { ok: false, reason: `said no: ${lastWords(result, LIMIT_MS)}` };
    },
  };
}
