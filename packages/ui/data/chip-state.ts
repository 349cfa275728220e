import { chipWords as words } from "../words/chip.ts";
import { percent as percentWords, relativeTime, soonTime } from "../words/format.ts";
import { isWaiting } from "./can.ts";
import type { ApiFailure } from "./failure.ts";
import { needsOwner } from "./failure-offers.ts";
import type { AppStatus, AppView } from "./live-app.ts";
import { nextTry } from "./next-try.ts";
import { opensAt } from "./opens-at.ts";
import { isStale, standingOf } from "./standing.ts";

export type ChipIcon =
  | "check"
  | "clock"
  | "spinner"
  | "arrow-up"
  | "ring"
  | "undo"
  | "alert"
  | "cloud-off"
  | "lock"
  | "box";

/** What the chip says, and what a card says of an app. A page that takes the chip in is told it, too. */
export interface ChipState {
  /** For programs. */
  name:
    | "asking"
    | "unauthorized"
    | "refused"
    | "away"
    | "checking"
    | "waiting"
    | "updating"
    | "restarting"
    | "testing"
    | "going-back"
    | "updated"
    | "rolled-back"
    | "undone"
    | "failed"
    | "offline"
    | "limited"
    | "check-failed"
    | "available"
    | "never-checked"
    | "stale"
    | "skipped"
    | "held-back"
    | "empty"
    | "up-to-date";
  icon: ChipIcon;
  words: string;
  tone: "quiet" | "accent" | "warn" | "danger";
  /** Of the whole update, where it is known. */
  percent?: number;
}

/** A device that answers again before that was hardly away; one that restarts longer than that doesn't restart. */
const AFTER_MS = { away: 3_000, lost: 180_000 };

/** The rows of UI.md's table "The chip", the first that is so. Pure: `now` in milliseconds since 1970. */
export function chipState({ status, awaySince, trouble }: Omit<AppView, "lines">, now: number): ChipState {
  if (trouble !== null) return ofTrouble(trouble);
  const awayFor = awaySince === null ? 0 : now - awaySince;
  if (status === null) {
    return awaySince !== null ? awayState() : { name: "asking", icon: "spinner", words: words.asking, tone: "quiet" };
  }
  if (status.state === "installing") {
    return awayFor < AFTER_MS.lost ? ofRunning(status, awayFor >= AFTER_MS.away) : { ...awayState(), tone: "warn" };
  }
  if (awayFor >= AFTER_MS.away) return awayState();
  if (status.state === "checking") return { name: "checking", icon: "spinner", words: words.checking, tone: "quiet" };
  return ofEnd(status) ?? ofCheck(status, now) ?? ofStanding(status, now);
}

const awayState = (): ChipState => ({ name: "away", icon: "cloud-off", words: words.away, tone: "quiet" });

function ofTrouble({ code }: ApiFailure): ChipState {
  if (code === "unauthorized") return { name: "unauthorized", icon: "lock", words: words.signIn, tone: "quiet" };
  return {
    name: "refused",
    icon: "alert",
    words: code === "unknown_app" ? words.unknownApp : words.refused,
    tone: "warn",
  };
}

function ofRunning(status: AppStatus, isAway: boolean): ChipState {
  const { phase, progress, update } = status;
  if (isWaiting(status)) {
    return { name: "waiting", icon: "clock", words: words.installsAt(opensAt(status)), tone: "accent" };
  }
  const percent = progress?.percent;
  const ring = { icon: "ring", tone: "accent", ...(percent !== undefined && { percent }) } as const;
  switch (phase) {
    case "restarting":
      return { ...ring, name: "restarting", words: words.restarting };
    case "health_check":
      return { ...ring, name: "testing", words: words.testing };
    case "rolling_back":
      return { name: "going-back", icon: "undo", words: words.goingBack, tone: "warn" };
    default: {
      const isBack = update?.kind === "rollback";
      if (isAway) return { ...ring, name: isBack ? "going-back" : "updating", words: words.reconnecting };
      const done = percent === undefined ? null : percentWords(percent);
      return isBack
        ? { ...ring, name: "going-back", words: words.goingBack }
        : { ...ring, name: "updating", words: words.updating(done) };
    }
  }
}

/** How the last update ended, until the owner has seen it. What the owner cancelled is no news to them. */
function ofEnd(status: AppStatus): ChipState | null {
  const { last_result: result, current_version: current, failure, direction } = status;
  switch (result) {
    case "success":
      // What comes next is of more interest than what is done.
      if (status.has_update) return null;
      // Something newer is known: then it wasn't the newest that was put in place.
      return {
        name: "updated",
        icon: "check",
        words: current === null ? words.updated : direction === "up" ? words.nowOn(current) : words.updatedTo(current),
        tone: "accent",
      };
    case "rolled_back":
      return {
        name: "rolled-back",
        icon: "undo",
        words: current === null ? words.wentBack : words.backOn(current),
        tone: "warn",
      };
    case "undone":
      return { name: "undone", icon: "undo", words: words.undone, tone: "warn" };
    case "failed":
      return { name: "failed", icon: "alert", words: words.failed, tone: toneOf(failure?.code ?? "internal", result) };
    default:
      return null;
  }
}

/** Why the last check came to nothing; what it found before may be installed all the same. */
function ofCheck({ failure, has_update, auto, last_checked: checked }: AppStatus, now: number): ChipState | null {
  if (failure === null || failure.phase !== null || has_update) return null;
  // It passes by itself, and hasn't for days: how old the last answer is matters more than why.
  const isOld = auto.check && checked !== null && isStale(checked, now);
  switch (failure.code) {
    case "offline":
    case "host_error":
      return isOld ? null : { name: "offline", icon: "cloud-off", words: words.offline, tone: "quiet" };
    case "rate_limited": {
      if (isOld) return null;
      const at = nextTry(failure.retry_at, auto.next_run, now);
      return {
        name: "limited",
        icon: "clock",
        words: words.nextCheck(at === null ? null : soonTime(at, now)),
        tone: "quiet",
      };
    }
    default:
      return { name: "check-failed", icon: "alert", words: words.checkFailed, tone: toneOf(failure.code) };
  }
}

function ofStanding(status: AppStatus, now: number): ChipState {
  const { current_version: current, latest_version: latest, last_checked: checked, auto } = status;
  const standing = standingOf(status);
  if (standing === "update") {
    const said = current === null ? words.ready : words.available;
    return { name: "available", icon: "arrow-up", words: said, tone: "accent" };
  }
  if (checked === null) return { name: "never-checked", icon: "clock", words: words.notChecked, tone: "quiet" };
  if (isStale(checked, now)) {
    // Who has switched the daily check off isn't reminded of it.
    const tone = auto.check ? "warn" : "quiet";
    return { name: "stale", icon: "clock", words: words.lastChecked(relativeTime(checked, now)), tone };
  }
  if (current === null) return { name: "empty", icon: "box", words: words.nothingInstalled, tone: "quiet" };
  if (standing === "skipped" && latest !== null) {
    return { name: "skipped", icon: "check", words: words.skipped(latest), tone: "quiet" };
  }
  if (standing === "refused") return { name: "held-back", icon: "check", words: words.staysOn(current), tone: "quiet" };
  return { name: "up-to-date", icon: "check", words: words.upToDate, tone: "quiet" };
}

function toneOf(code: string, result: AppStatus["last_result"] = null): "danger" | "warn" {
  return needsOwner(code, result) ? "danger" : "warn";
}
