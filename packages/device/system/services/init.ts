import type { ServiceConfig } from "@pawl/protocol";
import { isMissing } from "../run.ts";
import type { RunResult } from "../types.ts";
import { type Control, LOOK_MS, type Service } from "./types.ts";
import { lastWords } from "./words.ts";

/** A service of another init (SysV, OpenRC), through the program `service`. */
export function initService(config: Extract<ServiceConfig, { service: string }>, control: Control): Service {
  const { service: name, optional } = config;
  const { run, timeoutMs } = control;
  const call =
    (verb: string): Service["start"] =>
    (signal, onLine) =>
      run(["service", name, verb], { timeoutMs, signal, onLine });
  return {
    name,
    optional,
    start: call("start"),
    stop: call("stop"),
    restart: call("restart"),
    isAbsent: async (result) => isAbsent(result),
    watch: () => ({
      name,
      async isUp(signal) {
        const result = await run(["service", name, "status"], { timeoutMs: LOOK_MS, signal });
        if (result.code === 0 || (optional && isAbsent(result))) return { ok: true };
        return { ok: false, reason: `isn't running (${lastWords(result, LOOK_MS)})` };
      },
    }),
  };
}

/** What SysV's, OpenRC's and systemd's `service` say of one they do not have. */
function isAbsent(result: RunResult): boolean {
  if (isMissing(result, "service")) return true;
  return /unrecognized service|service .* does not exist|unit .* (could not be found|not found|not loaded)/i.test(
    result.stderr + result.stdout,
  );
}
