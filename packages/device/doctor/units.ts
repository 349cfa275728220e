import { properties } from "../system/services/unit.ts";
import type { Run } from "../system/types.ts";
import { LOOK_MS } from "./limits.ts";
import { type Finding, fine, trouble } from "./types.ts";

/** A unit of systemd's as `systemctl show` has it. */
export interface Unit {
  name: string;
  isKnown: boolean;
  isActive: boolean;
  /** It is started at boot, or by what it waits for. */
  isEnabled: boolean;
  /** It was started since the machine was. */
  hasRun: boolean;
  /** `active`, `failed`: systemd's own word. */
  state: string;
  /** Of a timer: when it fires next, as systemd writes it. Null: never. */
  next: string | null;
}

const PROPERTIES = "Id,LoadState,ActiveState,UnitFileState,InvocationID,NextElapseUSecRealtime";

/** Looks at units without starting any. Throws what the program's start throws; one that can't be looked at isn't known. */
export async function showUnit(name: string, run: Run, signal: AbortSignal): Promise<Unit> {
  const { code, stdout } = await run(["systemctl", "show", "-p", PROPERTIES, name], { timeoutMs: LOOK_MS, signal });
  const shown = code === 0 ? properties(stdout) : {};
  const { LoadState = "unknown", ActiveState = "unknown", UnitFileState = "", NextElapseUSecRealtime = "" } = shown;
  return {
    name,
    isKnown: LoadState === "loaded",
    isActive: ActiveState === "active",
    hasRun: (shown.InvocationID ?? "") !== "",
    isEnabled: UnitFileState.startsWith("enabled"),
    state: LoadState === "loaded" ? ActiveState : LoadState,
    next: /^\w{3} \d{4}-/.test(NextElapseUSecRealtime) ? NextElapseUSecRealtime : null,
  };
}

/** Whether a unit is there and enabled, and with `active` also at work. Pure. */
export function assessUnit(unit: Unit, purpose: string, { active }: { active: boolean }): Finding {
  const { name, isKnown, isEnabled, isActive, state } = unit;
  if (!isKnown) return trouble(`${purpose}: systemd has no ${name} (${state})`, "sudo pawl setup");
  if (!isEnabled)
    return trouble(`${purpose}: ${name} isn't enabled`, `sudo systemctl enable ${active ? "--now " : ""}${name}`);
  if (active && !isActive) {
    return trouble(
      `${purpose}: ${name} isn't active (${state})`,
      `sudo systemctl restart ${name}; then: systemctl status ${name}`,
    );
  }
  return fine(`${purpose}: ${name} is enabled`);
}
