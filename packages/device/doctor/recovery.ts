import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "../system/types.ts";
import { type Finding, fine, trouble } from "./types.ts";
import { assessUnit, showUnit, type Unit } from "./units.ts";

const SETTLING = { name: "pawl-recover.service", purpose: "Settling the disk after a power cut" };
const GOING_ON = { name: "pawl-resume.service", purpose: "Going on after a power cut" };

/** A unit file younger than the boot by less than this may have been written before it: clocks are set while a machine starts. */
const CLOCKS_DIFFER_MS = 60_000;

export interface RecoveryPlace {
  run: Run;
  /** Where the units are. */
  units: string;
  bootedAt: Date;
}

/** Whether systemd calls Pawl at boot, and did at this one. */
export async function lookAtRecovery(place: RecoveryPlace, signal: AbortSignal): Promise<Finding[]> {
  const look = async ({ name, purpose }: typeof SETTLING, mustHaveRun: boolean) => {
    const unit = await showUnit(name, place.run, signal);
    const finding = assessUnit(unit, purpose, { active: false });
    return finding.ok === "ok" ? assessBoot(unit, purpose, mustHaveRun) : finding;
  };
  const isOld = await isOlderThanBoot(join(place.units, SETTLING.name), place.bootedAt);
  return Promise.all([look(SETTLING, isOld), look(GOING_ON, false)]);
}

/** What came of a unit that is enabled. Pure. */
function assessBoot({ name, state, hasRun }: Unit, purpose: string, mustHaveRun: boolean): Finding {
  if (state === "failed") return trouble(`${purpose}: ${name} failed in this boot`, `journalctl -b -u ${name}`);
  if (mustHaveRun && !hasRun) {
    return trouble(
      `${purpose}: ${name} was left out of this boot`,
      "systemd-analyze verify basic.target says why; a home or a state_dir on a network mount can't be waited for so early",
    );
  }
  return fine(`${purpose}: ${name} is enabled`);
}

async function isOlderThanBoot(path: string, bootedAt: Date): Promise<boolean> {
  const file = await stat(path).catch(() => null);
  return file !== null && file.mtimeMs < bootedAt.getTime() - CLOCKS_DIFFER_MS;
}

/** Without systemd nobody can be asked. */
export function recoveryByHand(): Finding {
  return fine(
    "Whether this device calls Pawl at boot can't be seen without systemd",
    "`pawl recover` belongs before the app's services, `pawl resume` after them",
  );
}

/** Only root's side was set up: what serves the API and checks at night is the owner's own affair. */
export function helperOnly(): Finding {
  return fine(
    "Only root's side is set up: nothing serves the API or checks at night by itself",
    "sudo pawl setup does all of it",
  );
}

/** Whether systemd opens the API's door. */
export async function lookAtSocket(run: Run, signal: AbortSignal): Promise<Finding[]> {
  const unit = await showUnit("pawl-device.socket", run, signal);
  return [assessUnit(unit, "The API", { active: true })];
}
