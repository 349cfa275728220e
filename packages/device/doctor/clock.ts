import { assessClock } from "../preflight/clock.ts";
import { properties } from "../system/services/unit.ts";
import type { Run } from "../system/types.ts";
import { VERSION } from "../version.ts";
import { LOOK_MS } from "./limits.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** Something that has happened, and so lies in the past. */
export interface Past {
  what: string;
  at: Date;
}

/** So far a clock may have been ahead before it was set right, in milliseconds. */
const TOLERANCE_MS = 10 * 60_000;

const CURE = "timedatectl set-ntp true, or set it by hand: timedatectl set-time 'YYYY-MM-DD hh:mm'";

/** Whether the clock can be right, by what is known to have happened already. Pure. */
export function assessTime(now: Date, past: readonly Past[]): Finding[] {
  const wrong = assessClock(now, { version: VERSION });
  if (wrong) return [trouble(`This device believes it is ${spoken(now)}`, CURE, wrong.message)];
  const [ahead] = past
    .filter(({ at }) => at.getTime() > now.getTime() + TOLERANCE_MS)
    .sort((a, b) => b.at.getTime() - a.at.getTime());
  if (!ahead) return [fine(`The clock says ${spoken(now)}`)];
  return [warning(`The clock says ${spoken(now)}, but ${ahead.what} on ${spoken(ahead.at)}`, CURE)];
}

/** Whether the time is kept right over the network, as far as systemd knows. */
export async function lookAtTimeKeeping(run: Run, signal: AbortSignal): Promise<Finding[]> {
  const { code, stdout } = await run(["timedatectl", "show"], { timeoutMs: LOOK_MS, signal });
  const { NTP: wanted, NTPSynchronized: synchronised } = code === 0 ? properties(stdout) : {};
  if (synchronised === "yes") return [fine("The clock is kept right over the network")];
  if (synchronised === undefined) return [];
  return [
    wanted === "yes"
      ? warning(
          "The clock has not been set over the network yet",
          "timedatectl timesync-status shows which server it asks",
        )
      : warning("Nothing keeps the clock right over the network", "timedatectl set-ntp true"),
  ];
}

/** `2026-03-01 12:00 UTC`. */
function spoken(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
