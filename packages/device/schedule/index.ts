import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { PLACES } from "../helper/places.ts";
import { ensureFolder, readTextIfThere, syncFolder, writeFileDurably } from "../store/atomic-file.ts";
import { turn } from "../store/turn.ts";
import { systemClock } from "../system/clock.ts";
import type { Run } from "../system/types.ts";
import { dropIn } from "./drop-in.ts";
import { timesOf } from "./times.ts";

export const CHECK_TIMER = "pawl-check.timer";

/** Held while the drop-in is written: gone with each boot, and root's alone. */
const LOCK_DIR = "/run/pawl-schedule.lock";
/** How often the choices may change while they are carried out before one leaves it to whoever changes them. */
const MOST_ROUNDS = 5;
/** systemd reads all of its units anew, in milliseconds. */
const SYSTEMCTL_WITHIN_MS = 60_000;

export interface ScheduleParts {
  run: Run;
  signal: AbortSignal;
  /** Where the units are; another folder only in tests. */
  dir?: string;
}

/** Where the timer's times are written, below the folder of the units. `pawl setup --remove` removes its folder, too. */
export function dropInPath(dir: string = PLACES.units): string {
  return join(dir, `${CHECK_TIMER}.d`, "schedule.conf");
}

/** What has to be written there. The owners' choices are read as another user's files; nothing odd in them gets here. */
export async function dropInText(config: Config): Promise<string> {
  return dropIn(await timesOf(config));
}

/**
 * Root's verb `schedule`: has the timer elapse when the apps want it now. Nothing happens when it does already, or when
 * there is no such timer. May be killed at any time and run again. Throws UpdateError when it can't be written, or when
 * systemd won't read it (`restart_failed`).
 */
export async function writeSchedule(config: Config, { run, signal, dir = PLACES.units }: ScheduleParts): Promise<void> {
  if (!(await isThere(join(dir, CHECK_TIMER)))) return;
  const lockDir = dir === PLACES.units ? LOCK_DIR : join(dir, ".pawl-schedule.lock");
  await using _turn = await turn(lockDir, "The timer is", systemClock);
  const path = dropInPath(dir);
  // Whoever chooses again meanwhile may have found this process still running, and asked nobody else.
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const text = await dropInText(config);
    if ((await readTextIfThere(path)) !== text) await write(path, text);
    else if (!(await isUnread(run, signal))) return;
    await systemctl(run, signal, "daemon-reload");
    // A timer that somebody has stopped stays stopped.
    await systemctl(run, signal, "try-restart", CHECK_TIMER);
  }
}

async function write(path: string, text: string): Promise<void> {
  await ensureFolder(dirname(path));
  await syncFolder(dirname(dirname(path)));
  await writeFileDurably(path, text);
}

/** Whether systemd has yet to read the drop-in: whoever wrote it was killed before saying so. */
async function isUnread(run: Run, signal: AbortSignal): Promise<boolean> {
  const argv = ["systemctl", "show", "--property=NeedDaemonReload", "--value", CHECK_TIMER];
  const { stdout } = await run(argv, { timeoutMs: SYSTEMCTL_WITHIN_MS, signal });
  return stdout.trim() === "yes";
}

async function systemctl(run: Run, signal: AbortSignal, ...words: string[]): Promise<void> {
  const { code, stdout, stderr } = await run(["systemctl", ...words], { timeoutMs: SYSTEMCTL_WITHIN_MS, signal });
  if (code === 0) return;
  const message = `systemd doesn't know of the new times yet. systemctl daemon-reload && systemctl restart ${CHECK_TIMER} tells it.`;
  throw new UpdateError("restart_failed", message, { detail: (stderr || stdout).trim() || null });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
