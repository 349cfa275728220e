import type { ServiceConfig } from "@pawl/protocol";
import { isMissing } from "../run.ts";
import type { Run, RunResult } from "../types.ts";
import { type Control, LOOK_MS, type Service, type ServiceReading, type ServiceWatch } from "./types.ts";

/** A unit of systemd. */
export function unitService(config: Extract<ServiceConfig, { unit: string }>, control: Control): Service {
  const { unit, optional } = config;
  const { run, timeoutMs } = control;

  async function bringUp(verb: "start" | "restart", signal: AbortSignal, onLine: (line: string) => void) {
    // A release that crashed in a loop used up the unit's start limit; without this the good one is refused too.
    await run(["systemctl", "reset-failed", unit], { timeoutMs, signal });
    return run(["systemctl", verb, unit], { timeoutMs, signal, onLine });
  }

  return {
    name: unit,
    optional,
    start: (signal, onLine) => bringUp("start", signal, onLine),
    stop: (signal, onLine) => run(["systemctl", "stop", unit], { timeoutMs, signal, onLine }),
    restart: (signal, onLine) => bringUp("restart", signal, onLine),
    isAbsent: (result, signal) => isUnitAbsent(unit, result, run, signal),
    watch: () => watchUnit(unit, { run, optional }),
  };
}

/** Whether a call failed because systemd has no such unit, or the device no systemd. */
export async function isUnitAbsent(unit: string, result: RunResult, run: Run, signal: AbortSignal): Promise<boolean> {
  // systemctl(1): exit status 5 is "unit doesn't exist", but other failures of older versions share it.
  if (isMissing(result, "systemctl")) return true;
  const shown = await run(["systemctl", "show", "-p", "LoadState", "--value", unit], { timeoutMs: LOOK_MS, signal });
  if (shown.code === 0) return shown.stdout.trim() === "not-found";
  return result.code === 5 || result.stderr.includes("could not be found");
}

/** Counts a unit as up while it is active and still the same start of it: one in a crash loop is active now and then. */
export function watchUnit(unit: string, { run, optional = false }: { run: Run; optional?: boolean }): ServiceWatch {
  let seen: string | null = null;
  return {
    name: unit,
    async isUp(signal): Promise<ServiceReading> {
      const argv = ["systemctl", "show", "-p", "LoadState,ActiveState,SubState,MainPID,NRestarts,InvocationID", unit];
      const result = await run(argv, { timeoutMs: LOOK_MS, signal });
      if (optional && isMissing(result, "systemctl")) return { ok: true };
      if (result.code !== 0) return { ok: false, reason: `can't be looked at: ${result.stderr.trim()}` };

      const shown = properties(result.stdout);
      if (shown.LoadState === "not-found") {
        return optional ? { ok: true } : { ok: false, reason: "isn't known to systemd" };
      }
      const before = seen;
      seen = `${shown.MainPID} ${shown.NRestarts} ${shown.InvocationID}`;
      if (shown.ActiveState !== "active" && shown.ActiveState !== "reloading") {
        return { ok: false, reason: notActive(shown) };
      }
      if (before !== null && before !== seen) return { ok: false, reason: "ended and was started again" };
      return { ok: true };
    },
  };
}

function notActive({ ActiveState, SubState }: Record<string, string>): string {
  if (SubState === "auto-restart") return "keeps ending and being started again";
  if (ActiveState === "activating") return "is still starting";
  if (ActiveState === "failed") return "has failed";
  return "isn't running";
}

/** What `systemctl show` prints of a unit. */
export function properties(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
