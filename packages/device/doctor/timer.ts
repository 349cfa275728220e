import type { Config } from "@pawl/protocol";
import { CHECK_TIMER, dropInPath, dropInText } from "../schedule/index.ts";
import { startOf } from "../schedule/moments.ts";
import { type AppTimes, timesOf } from "../schedule/times.ts";
import { readTextIfThere } from "../store/atomic-file.ts";
import type { Run } from "../system/types.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";
import { assessUnit, showUnit } from "./units.ts";

const SET_TIMES = "sudo pawl-apply schedule";

/** Within this a daily check must have come, in milliseconds: a day, the longest jitter there is, and some. */
const DAILY_MS = 30 * 3_600_000;

export interface TimerParts {
  config: Config;
  run: Run;
  /** The folder of systemd's units. */
  units: string;
}

/** systemd's timer for the daily check: whether it is on, and fires when the owner wants it to. */
export async function lookAtTimer({ config, run, units }: TimerParts, signal: AbortSignal): Promise<Finding[]> {
  const apps = await timesOf(config);
  if (apps.length === 0) return [NOT_WANTED];
  const unit = await showUnit(CHECK_TIMER, run, signal);
  const state = assessUnit(unit, "The daily check", { active: true });
  if (state.ok !== "ok") return [state];
  const isAsChosen = (await readTextIfThere(dropInPath(units))) === (await dropInText(config));
  const times = timesIn(apps);
  if (!isAsChosen)
    return [trouble(`The daily check is wanted at ${times}, and ${CHECK_TIMER} says otherwise`, SET_TIMES)];
  if (unit.next === null) return [trouble(`${CHECK_TIMER} is on, but will never fire`, SET_TIMES)];
  return [fine(`The daily check runs at ${times}; the next time on ${unit.next}`)];
}

/** Without systemd cron does it, which can't be asked: what counts is when the last daily check was. Pure. */
export function assessCron(isWanted: boolean, lastRun: Date | null, now: Date): Finding {
  if (!isWanted) return NOT_WANTED;
  const age = lastRun === null ? Number.POSITIVE_INFINITY : now.getTime() - lastRun.getTime();
  if (age < DAILY_MS) return fine("The daily check has run within the last day");
  return warning(
    lastRun === null
      ? "No daily check has run yet, and whether cron will start one can't be seen"
      : "No daily check has run since yesterday",
    "See to it that cron has this line: */10 * * * * pawl /usr/local/bin/pawl check --due --spread",
  );
}

const NOT_WANTED = fine("The daily check is off in every app");

/** `02:00, 04:20`: the daily checks, and when windows open. Pure. */
export function timesIn(apps: readonly AppTimes[]): string {
  const times = apps.flatMap(({ time, window }) => (window === null ? [time] : [time, startOf(window)]));
  return [...new Set(times)].sort().join(", ");
}
