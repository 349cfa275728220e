import type { ApplyRecord, FetchRecord, Installed, Outcome, Progress, Release, Status, Update } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { isRefused, isSkipped, type Skipped, wayTo } from "./choose.ts";
import { autoOf, type Chosen } from "./chosen.ts";
import { stateOf } from "./phase.ts";

/** Everything that status is made of, read fresh. */
export interface View {
  chosen: Chosen;
  now: Date;
  versioning: Versioning;
  fetch: FetchRecord;
  apply: ApplyRecord;
  current: Pick<Installed, "version" | "manifest_sha256" | "commit"> | null;
  backup: { version: string; path: string } | null;
  progress: Progress | null;
}

/** The flat fields of `GET status` (contract device-api.md §1). Pure: reads nothing, starts nothing. */
export function statusOf(view: View): Status {
  const { apply, current, backup, chosen } = view;
  const fetch = forChannel(view.fetch, chosen.channel);
  const last = lastOutcome(fetch, apply);
  const now = stateOf(fetch.engine, apply);
  const update = underWay(fetch, apply);
  // With the next install an end is over, with one that only waits it isn't.
  const isOver = now.state === "installing" && now.phase !== "waiting" && update?.id !== last?.id;
  const unseen = last && last.id !== chosen.seen && !isOver ? last : null;
  // An update's failure has a phase, that of a check has none.
  const checkFailure = fetch.failure?.phase === null ? fetch.failure : null;
  const { state, phase } = checkFailure ? now : withoutSeen(now, last, unseen);
  const release = fetch.release;
  const way = wayTo(release, current, view.versioning);
  const direction = way?.direction ?? null;
  const failure =
    checkFailure ?? (unseen && unseen.result !== "success" && unseen.result !== "cancelled" ? unseen.failure : null);
  return {
    current_version: current?.version ?? null,
    latest_version: release?.version ?? null,
    has_update: direction === "up" && release !== null && isOffered(release, apply, chosen.skipped),
    channel: chosen.channel,
    last_checked: fetch.last_checked,
    state,
    error: state === "error" ? (failure?.message ?? null) : null,
    phase,
    progress: state === "installing" ? view.progress : null,
    failure,
    last_result: unseen?.result ?? null,
    direction,
    direction_reason: way?.reason ?? null,
    current_commit: current?.commit ?? null,
    skipped_version: chosen.skipped.version,
    refused_versions: [...new Set(apply.refused.map((refusal) => refusal.version))],
    backup_version: backup?.version ?? null,
    can_roll_back: backup !== null,
    backup_path: backup?.path ?? null,
    auto: autoOf(chosen, view.now),
    release: release && {
      version: release.version,
      commit: release.commit,
      title: release.title,
      notes: release.notes,
      notes_url: release.notes_url,
      size_bytes: release.size_bytes,
      published_at: release.published_at,
      seconds_expected: expectedSeconds(apply.last),
    },
    update_id: update?.id ?? last?.id ?? null,
    update: update && now.state === "installing" ? told(update) : null,
  };
}

/** What was found in another channel is nothing one could install now. */
export function forChannel(fetch: FetchRecord, channel: string): FetchRecord {
  return fetch.checked_channel === channel ? fetch : { ...fetch, release: null, last_checked: null };
}

/** Whether a release that is newer is shown as an update: not one this device went back from, not one the owner skips. */
export function isOffered(
  release: Pick<Release, "version" | "manifest_sha256" | "commit">,
  { refused }: Pick<ApplyRecord, "refused">,
  skipped: Skipped,
): boolean {
  return !isSkipped(release, skipped) && !isRefused(release, refused);
}

/** Once the owner has seen how an update ended, that is over. */
function withoutSeen(
  now: ReturnType<typeof stateOf>,
  last: Outcome | null,
  unseen: Outcome | null,
): ReturnType<typeof stateOf> {
  const isEnd = now.state === "complete" || now.state === "error";
  return isEnd && last && !unseen ? { state: "idle", phase: null } : now;
}

/** The update that ended last, on whichever side. Ids sort by time. */
export function lastOutcome(fetch: Pick<FetchRecord, "last">, apply: Pick<ApplyRecord, "last">): Outcome | null {
  if (!fetch.last) return apply.last;
  if (!apply.last) return fetch.last;
  return fetch.last.id > apply.last.id ? fetch.last : apply.last;
}

function underWay(fetch: FetchRecord, apply: ApplyRecord): Update | null {
  if (apply.engine.status !== "idle") return apply.engine.update;
  return fetch.engine.status === "idle" ? null : fetch.engine.update;
}

function told({ kind, from, to, unattended, started_at }: Update): Status["update"] {
  return { kind, from, to, unattended, started_at };
}

/** As long as the last install that worked took, in seconds. */
function expectedSeconds(last: Outcome | null): number | null {
  if (last?.kind !== "install" || last.result !== "success") return null;
  return Math.max(1, Math.round((Date.parse(last.finished_at) - Date.parse(last.started_at)) / 1000));
}
