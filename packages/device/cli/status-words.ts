import type { Failure, Status } from "@pawl/protocol";
import { inCliWords } from "./api-words.ts";
import { mustAct, nextStep } from "./next-step.ts";
import { sizeInWords } from "./sizes.ts";
import type { Style, Tone } from "./style.ts";
import { ago, when } from "./times.ts";
import { versionWords } from "./version-words.ts";
import { STEP, waitsUntil } from "./words.ts";

/** From then on an answer is old enough to say so, in milliseconds. */
const STALE_MS = 2 * 86_400_000;

export interface StatusView {
  /** The app's name for people. */
  title: string;
  status: Status;
  now: Date;
  style: Style;
  /** As it was named on the command line. */
  app?: string | undefined;
  /** A check was asked for, and answered with what was known already. */
  cached?: boolean;
}

interface Line {
  words: string;
  tone?: Tone | undefined;
}

/** An app's status in a few lines: where one stands, what may be done, how old the news is. */
export function statusWords(view: StatusView): string {
  const { title, status, style } = view;
  const busy = underWay(view);
  const lines = busy ? [busy] : [...lastUpdate(view), ...lastCheck(view), ...offered(view)];
  const said = [...lines, ...facts(view)].map(({ words, tone }) => `  ${tone ? style[tone](words) : words}\n`);
  const { current_version: current, current_commit: commit } = status;
  const installed = current === null ? "nothing installed yet" : versionWords(current, commit);
  return `${style.strong(title)}: ${installed}\n${said.join("")}`;
}

/** What goes on now; null when nothing does. */
function underWay({ status, now, app }: StatusView): Line | null {
  const { state, phase, progress, latest_version: latest } = status;
  if (state === "checking") return { words: "Checking…", tone: "quiet" };
  if (state !== "installing") return null;
  switch (phase) {
    case "waiting":
      return {
        words: `Installs ${latest ?? "the update"} ${waitsUntil(status, now)}: ${pawl("install", app)} does it now`,
        tone: "accent",
      };
    case "restarting":
      return { words: "Restarting…", tone: "accent" };
    case "health_check":
      return { words: "Checking that it works…", tone: "accent" };
    case "rolling_back":
      return { words: "Going back…", tone: "warn" };
    default:
      return {
        words: `Updating ${Math.floor(progress?.percent ?? 0)} %${phase ? ` · ${STEP[phase]}` : ""}`,
        tone: "accent",
      };
  }
}

/** How the last update ended, as long as the owner hasn't seen it. */
function lastUpdate(view: StatusView): Line[] {
  const { last_result: result, current_version: current, failure } = view.status;
  if (result === null || result === "success" || result === "cancelled") return [];
  const isBack = result === "rolled_back" || result === "undone";
  const headline = isBack ? `Back on ${current ?? "what was there before"}` : "Update failed";
  const why = failure && isAboutUpdate(failure) ? failure : null;
  const tone = why && !isBack && mustAct(why.code) ? "danger" : "warn";
  const seen: Line = { words: `${pawl("seen", view.app)}: don't show this any longer`, tone: "quiet" };
  return [{ words: headline, tone }, ...(why ? explained(why, view) : []), seen];
}

/** Why the last check didn't work. */
function lastCheck(view: StatusView): Line[] {
  const { failure } = view.status;
  if (!failure || isAboutUpdate(failure)) return [];
  const because = explained(failure, view);
  switch (failure.code) {
    case "offline":
      return [{ words: "Can't reach the update server", tone: "quiet" }, ...because];
    case "rate_limited": {
      const at = failure.retry_at ?? view.status.auto.next_run;
      return [{ words: at ? `Next check ${when(at, view.now)}` : "Next check later", tone: "quiet" }, ...because];
    }
    default:
      return [{ words: "The last check failed", tone: mustAct(failure.code) ? "danger" : "warn" }, ...because];
  }
}

function explained(failure: Failure, { status, now, app }: StatusView): Line[] {
  const step = nextStep(failure, { now, nextRun: status.auto.next_run, app });
  return [{ words: inCliWords(failure.message) }, ...(step ? [{ words: step }] : [])];
}

/** What the last check has found. */
function offered({ status, now, app }: StatusView): Line[] {
  const { latest_version: latest, current_version: current, direction, release, failure } = status;
  if (status.has_update && latest) {
    const size = release?.size_bytes == null ? "" : ` (${sizeInWords(release.size_bytes)})`;
    const words = `Update available: ${versionWords(latest, release?.commit)}${size}: ${pawl("install", app)}`;
    return [{ words, tone: "accent" }, ...because(status)];
  }
  if (latest && (latest !== current || direction === "up") && status.refused_versions.includes(latest)) {
    const words = `${latest} didn't work here and isn't offered again; ${pawl(`install ${latest}`, app)} tries it once more`;
    return [{ words, tone: "warn" }];
  }
  if (direction === "up" && latest === status.skipped_version)
    return [{ words: `${latest} is skipped; ${pawl("skip --undo", app)} offers it again`, tone: "quiet" }];
  if (direction === "down" && latest) {
    // By its name it would be what is installed.
    const which = latest === current ? "--force" : latest;
    const older = `The channel offers ${versionWords(latest, release?.commit)}, which is older`;
    return [{ words: `${older}: ${pawl(`install ${which}`, app)}` }, ...because(status)];
  }
  if (status.last_checked === null)
    return failure ? [] : [{ words: `Not checked: ${pawl("check", app)}`, tone: "quiet" }];
  if (isStale(status, now)) return [];
  if (status.last_result === "success" && status.state === "complete")
    return [{ words: `Updated to ${current}`, tone: "accent" }];
  if (failure) return [];
  if (current === null) return [{ words: "There is no release to install yet", tone: "quiet" }];
  return [{ words: "Up to date", tone: "quiet" }];
}

/** Where the two versions alone don't say why one is the newer. */
function because({ direction_reason: reason }: Status): Line[] {
  return reason === null ? [] : [{ words: reason, tone: "quiet" }];
}

function facts({ status, now, app, cached = false }: StatusView): Line[] {
  const checked = ago(status.last_checked, now);
  const fresh: Line = {
    words: cached
      ? `channel ${status.channel}, checked ${checked}; --force asks again`
      : `channel ${status.channel}, last checked ${checked}`,
    tone: "quiet",
  };
  const stale: Line = {
    words: `Last checked ${checked}: ${pawl("check", app)}`,
    tone: "warn",
  };
  const { backup_version: backup } = status;
  const way: Line[] = backup ? [{ words: `can go back to ${backup}: ${pawl("rollback", app)}`, tone: "quiet" }] : [];
  return isStale(status, now)
    ? [stale, { words: `channel ${status.channel}`, tone: "quiet" }, ...way]
    : [fresh, ...way];
}

/** What an update stumbled over has a phase, or is no trouble of the source's; what a check did, neither. */
function isAboutUpdate({ phase, code }: Pick<Failure, "phase" | "code">): boolean {
  return phase !== null || code === "up_to_date" || code === "downgrade_refused";
}

function isStale({ last_checked }: Pick<Status, "last_checked">, now: Date): boolean {
  return last_checked !== null && now.getTime() - Date.parse(last_checked) > STALE_MS;
}

function pawl(command: string, app: string | undefined): string {
  return app === undefined ? `pawl ${command}` : `pawl ${command} --app ${app}`;
}
