import type { Run } from "../system/types.ts";
import { type Finding, fine } from "./types.ts";
import { assessUnit, showUnit } from "./units.ts";

/** What an update that a power cut interrupted needs at the next boot. */
const UNITS = {
  "pawl-recover.service": "Settling the disk after a power cut",
  "pawl-resume.service": "Going on after a power cut",
};

/** Whether systemd calls Pawl at boot. */
export async function lookAtRecovery(run: Run, signal: AbortSignal): Promise<Finding[]> {
  return Promise.all(
    Object.entries(UNITS).map(async ([name, purpose]) =>
      assessUnit(await showUnit(name, run, signal), purpose, { active: false }),
    ),
  );
}

/** Without systemd nobody can be asked. */
export function recoveryByHand(): Finding {
  return fine(
    "Whether this device calls Pawl at boot can't be seen without systemd",
    "`pawl recover` belongs before the app's services, `pawl resume` after them",
  );
}

/** Whether systemd opens the API's door. */
export async function lookAtSocket(run: Run, signal: AbortSignal): Promise<Finding[]> {
  const unit = await showUnit("pawl-device.socket", run, signal);
  return [assessUnit(unit, "The API", { active: true })];
}
