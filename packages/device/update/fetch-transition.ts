import { type Failure, type FetchRecord, type FetchState, failure, type Outcome, type Release, type Update } from "@pawl/protocol";
import { outcomeOf } from "./outcome.ts";
import { unreachable } from "./unreachable.ts";

/** What can happen on the unprivileged side. `at` is a moment, ISO 8601 UTC. */
export type FetchEvent =
  /** Somebody asks what is newest; with an update: in order to install it. */
  | { type: "check-asked"; at: string; update: Update | null }
  /** The newest release of the channel, or the one asked for by name. `newest` is null when the host has none. */
  | { type: "resolved"; at: string; newest: Release | null; chosen: Release | null }
  /** The release is known from the last check. */
  | { type: "install-asked"; update: Update; release: Release }
  | { type: "downloaded"; bytes: number }
  /** `until`: when the maintenance window opens; null: go on now. */
  | { type: "verified"; until: string | null }
  | { type: "window-opened" }
  | { type: "rollback-asked"; update: Update }
  /** The other side has finished with it. */
  | { type: "applied"; outcome: Outcome }
  | { type: "failed"; at: string; failure: Failure }
  | { type: "cancelled"; at: string }
  /** A process starts and finds what a dead one left (contract device-api.md §2, "after a power cut"). */
  | { type: "interrupted" };

/** What the record is after an event. Pure. An event that doesn't fit the state changes nothing. */
export function fetchTransition(record: FetchRecord, event: FetchEvent): FetchRecord {
  const { engine } = record;
  switch (event.type) {
    case "check-asked":
      return { ...record, engine: { status: "checking", since: event.at, update: event.update } };
    case "install-asked":
      return { ...record, engine: { status: "downloading", update: event.update, release: event.release } };
    case "rollback-asked":
      return { ...record, engine: { status: "applying", update: event.update, release: null } };
    case "resolved": {
      if (engine.status !== "checking") return record;
      const known = { ...record, release: event.newest, last_checked: event.at, failure: null };
      if (!engine.update || !event.chosen) return { ...known, engine: { status: "idle", shows: "idle" } };
      const update = { ...engine.update, to: event.chosen.version };
      return { ...known, engine: { status: "downloading", update, release: event.chosen } };
    }
    case "downloaded": {
      if (engine.status !== "downloading") return record;
      const update = { ...engine.update, bytes_downloaded: engine.update.bytes_downloaded + event.bytes };
      return { ...record, engine: { ...engine, status: "verifying", update } };
    }
    case "verified":
      if (engine.status !== "verifying") return record;
      return event.until === null
        ? { ...record, engine: { ...engine, status: "applying" } }
        : { ...record, engine: { ...engine, status: "waiting", until: event.until } };
    case "window-opened":
      if (engine.status !== "waiting") return record;
      return { ...record, engine: { status: "applying", update: engine.update, release: engine.release } };
    case "applied":
      return { ...record, engine: { status: "idle", shows: event.outcome.result === "success" ? "complete" : "error" } };
    case "failed": {
      const update = updateOf(engine);
      if (!update) return { ...record, engine: { status: "idle", shows: "error" }, failure: event.failure };
      // What the source said about itself is news about the check, too: an offline host is shown as one.
      const checkFailure = engine.status === "checking" ? event.failure : record.failure;
      return { ...ended(record, outcomeOf(update, "failed", event.failure, event.at)), failure: checkFailure };
    }
    case "cancelled": {
      const update = updateOf(engine);
      if (!update) return { ...record, engine: { status: "idle", shows: "idle" } };
      const reason = failure("cancelled", "The update was cancelled. Nothing was changed.", { version: update.to });
      return ended(record, outcomeOf(update, "cancelled", reason, event.at));
    }
    case "interrupted":
      return { ...record, engine: afterInterruption(engine) };
    default:
      return unreachable(event);
  }
}

/** The update a state is about, or null. */
export function updateOf(engine: FetchState): Update | null {
  return "update" in engine ? engine.update : null;
}

function ended(record: FetchRecord, outcome: Outcome): FetchRecord {
  const shows = outcome.result === "cancelled" ? "idle" : "error";
  return { ...record, engine: { status: "idle", shows }, last: outcome };
}

function afterInterruption(engine: FetchState): FetchState {
  switch (engine.status) {
    case "idle":
    case "waiting":
      return engine;
    case "checking":
      // A bare check is forgotten, the old answer stays; an install that was still asking asks again.
      return engine.update ? { ...engine, update: { ...engine.update, resumed: true } } : { status: "idle", shows: "idle" };
    case "downloading":
    case "verifying":
    case "applying":
      return { ...engine, update: { ...engine.update, resumed: true } };
    default:
      return unreachable(engine);
  }
}
