import { stat } from "node:fs/promises";
import type { AppConfig, Config, Status } from "@pawl/protocol";
import { loadConfig } from "../config.ts";
import { asUpdateError, UpdateError } from "../error.ts";
import { type Due, isUnknown, whatIsDue } from "../schedule/due.ts";
import { jitterOf } from "../schedule/jitter.ts";
import { NightlyFile } from "../store/nightly.ts";
import { appPaths } from "../store/paths.ts";
import { becomeApiUser } from "../system/api-user.ts";
import { systemClock } from "../system/clock.ts";
import { machineId } from "../system/machine-id.ts";
import type { LocalDoor } from "./door.ts";
import { type Turn, turnAnswer, turnExitCode, turnWords } from "./due-words.ts";
import { EXIT } from "./exit-code.ts";
import { followUpdate } from "./follow-update.ts";
import type { Io } from "./io.ts";
import { localDoor } from "./local-door.ts";
import { night } from "./night.ts";
import { isWayBack } from "./older.ts";
import type { Common } from "./with-door.ts";

export interface DueOptions extends Common {
  /** Begin later than others by this device's own delay: for cron, which has none. */
  spread?: boolean;
}

/**
 * What a timer or a cron line calls, however often: each app whose time has come has its night, and no other. One that
 * has trouble doesn't keep the others from theirs. Says what each did. Returns the exit code: of the first trouble.
 * Throws UpdateError `config_invalid`, `unknown_app`.
 */
export async function checkDue(io: Io, { app: asked, json = false, spread = false }: DueOptions): Promise<number> {
  const config = await loadConfig({ path: io.configPath(), env: io.env });
  becomeApiUser(config.state_dir);
  const turns: (readonly [string, Turn])[] = [];
  for (const [name, app] of appsOf(config, asked)) {
    const jitterMs = spread ? jitterOf(machineId(), name, app.auto.jitter) : 0;
    const turn = await turnOf(config, name, jitterMs, io).catch((error) => troubleOf(error, io.signal));
    turns.push([name, turn]);
    const words = turnWords(turn);
    if (json || words === null) continue;
    (turnExitCode(turn) === EXIT.ok ? io.stdout : io.stderr)(`${name}: ${words}\n`);
  }
  const exitCode = turns.map(([, turn]) => turnExitCode(turn)).find((code) => code !== EXIT.ok) ?? EXIT.ok;
  const answers = turns.map(([app, turn]) => ({ app, ...turnAnswer(turn) }));
  if (json) io.stdout(`${JSON.stringify({ success: exitCode === EXIT.ok, apps: answers })}\n`);
  return exitCode;
}

/** One app, looked at now. */
interface Visit {
  door: LocalDoor;
  nightly: NightlyFile;
  setUpAt: Date | null;
  jitterMs: number;
  io: Io;
}

async function turnOf(config: Config, name: string, jitterMs: number, io: Io): Promise<Turn> {
  const { dir, nightly: path, nightlyLock: lockDir } = appPaths(config.state_dir, name).api;
  const nightly = new NightlyFile({ path, lockDir, clock: systemClock });
  const door = await localDoor(config, io.configPath(), name, io.signal);
  try {
    const visit = { door, nightly, setUpAt: await birthOf(dir), jitterMs, io };
    const status = await door.status();
    if (!isAtWork(status)) return await ifDue(visit, status);
    // Whoever it is may be dead: then nobody else finishes it before the next boot.
    if (await door.resume()) {
      await door.settled();
      const turn = await ifDue(visit, await door.status());
      return turn.did === "nothing" ? { did: "resumed" } : turn;
    }
    return dueAfter(visit, status, await nightly.lastRun()).check ? { did: "busy" } : { did: "nothing" };
  } finally {
    await door.close();
  }
}

async function ifDue(visit: Visit, status: Status): Promise<Turn> {
  if (!status.auto.check) return { did: "nothing" };
  const { nightly, door, io } = visit;
  const lastRun = await nightly.lastRun();
  const due = dueAfter(visit, status, lastRun);
  const isOurs = due.check && (await nightly.claim((ranAt) => dueAfter(visit, status, ranAt).check));
  if (isOurs || due.window) return outcomeOf(door, io);
  if (isUnknown(lastRun, systemClock.now())) await nightly.claim((ranAt) => isUnknown(ranAt, systemClock.now()));
  return { did: "nothing" };
}

function dueAfter({ setUpAt, jitterMs }: Visit, { auto, phase }: Status, lastRun: Date | null): Due {
  const { time, window } = auto;
  return whatIsDue({ time, window, isWaiting: phase === "waiting", lastRun, setUpAt, jitterMs }, systemClock.now());
}

async function outcomeOf(door: LocalDoor, io: Io): Promise<Turn> {
  const done = await night(door, (updateId) => followUpdate(door, updateId, io, true));
  switch (done.did) {
    case "nothing":
      return { did: "nothing" };
    case "check":
      return isAtWork(done.status) ? { did: "busy" } : { did: "checked", status: done.status };
    case "update": {
      const { followed } = done;
      if (followed.because === "left") throw io.signal.reason;
      if (followed.because === "waiting") return { did: "waiting", status: followed.status };
      const { outcome } = followed;
      return { did: "updated", outcome, isWayBack: isWayBack(outcome, door.isOlder) };
    }
  }
}

function troubleOf(thrown: unknown, signal: AbortSignal): Turn {
  signal.throwIfAborted();
  const error = asUpdateError(thrown);
  return error.code === "busy" ? { did: "busy" } : { did: "failed", error };
}

function isAtWork({ state, phase }: Pick<Status, "state" | "phase">): boolean {
  return state === "installing" && phase !== "waiting";
}

/** When a folder was made; null when it isn't there. */
async function birthOf(path: string): Promise<Date | null> {
  return stat(path).then(
    ({ birthtime }) => birthtime,
    () => null,
  );
}

function appsOf({ apps }: Config, asked: string | undefined): [string, AppConfig][] {
  const all = Object.entries(apps);
  if (asked === undefined) return all;
  const named = all.filter(([name]) => name === asked);
  if (named.length > 0) return named;
  const names = Object.keys(apps).join(", ");
  throw new UpdateError("unknown_app", `There is no app ${asked} on this device; there is: ${names}.`);
}
