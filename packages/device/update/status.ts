import type { ApplyRecord, FetchRecord, Installed, Outcome, Progress, Status } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { directionTo, isRefused } from "./choose.ts";
import { stateOf } from "./phase.ts";

/** Everything that status is made of, read fresh. */
export interface View {
  channel: string;
  auto: Pick<Status["auto"], "check" | "time" | "install" | "window">;
  versioning: Versioning;
  fetch: FetchRecord;
  apply: ApplyRecord;
  current: Pick<Installed, "version" | "manifest_sha256"> | null;
  backup: { version: string; path: string } | null;
  progress: Progress | null;
}

/** The flat fields of `GET status` (contract device-api.md §1). Pure: reads nothing, starts nothing. */
export function statusOf(view: View): Status {
  const { fetch, apply, current, backup } = view;
  const { state, phase } = stateOf(fetch.engine, apply);
  const release = fetch.release;
  const direction = directionTo(release, current, view.versioning);
  const last = lastOutcome(fetch, apply);
  const failure =
    fetch.failure ?? (last && last.result !== "success" && last.result !== "cancelled" ? last.failure : null);
  return {
    current_version: current?.version ?? null,
    latest_version: release?.version ?? null,
    has_update: direction === "up" && release !== null && !isRefused(release, apply.refused),
    channel: view.channel,
    last_checked: fetch.last_checked,
    state,
    error: state === "error" ? (failure?.message ?? null) : null,
    phase,
    progress: state === "installing" ? view.progress : null,
    failure,
    last_result: last?.result ?? null,
    direction,
    skipped_version: null,
    refused_versions: [...new Set(apply.refused.map((refusal) => refusal.version))],
    backup_version: backup?.version ?? null,
    can_roll_back: backup !== null,
    backup_path: backup?.path ?? null,
    auto: { ...view.auto, next_run: null },
    release: release && {
      version: release.version,
      title: release.title,
      notes: release.notes,
      notes_url: release.notes_url,
      size_bytes: release.size_bytes,
      published_at: release.published_at,
      seconds_expected: expectedSeconds(apply.last),
    },
    update_id: updateId(fetch, apply) ?? last?.id ?? null,
  };
}

/** The update that ended last, on whichever side. Ids sort by time. */
export function lastOutcome(fetch: Pick<FetchRecord, "last">, apply: Pick<ApplyRecord, "last">): Outcome | null {
  if (!fetch.last) return apply.last;
  if (!apply.last) return fetch.last;
  return fetch.last.id > apply.last.id ? fetch.last : apply.last;
}

function updateId(fetch: FetchRecord, apply: ApplyRecord): string | null {
  if (apply.engine.status !== "idle") return apply.engine.update.id;
  return fetch.engine.status === "idle" ? null : (fetch.engine.update?.id ?? null);
}

/** As long as the last install that worked took, in seconds. */
function expectedSeconds(last: Outcome | null): number | null {
  if (last?.kind !== "install" || last.result !== "success") return null;
  return Math.max(1, Math.round((Date.parse(last.finished_at) - Date.parse(last.started_at)) / 1000));
}
