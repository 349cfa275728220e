import type { Failure, FetchRecord, FetchState, Outcome, Release, Update } from "@pawl/protocol";
import { failure } from "@pawl/protocol/make-failure";
import { leftAloneAfter } from "./left-alone.ts";
import { endState, outcomeOf } from "./outcome.ts";
import { fetchPhase } from "./phase.ts";
import { unreachable } from "./unreachable.ts";

/** What a source said of a channel: its newest release, null when it has none, and which channels there are. */
export interface Found {
  channel: string;
  newest: Release | null;
  channels: string[];
}

/** What can happen on the unprivileged side. `at` is a moment, ISO 8601 UTC. */
export type FetchEvent =
  /** Somebody asks what is newest; with an update: in order to install it. */
  | { type: "check-asked"; at: string; update: Update | null }
  /**
   * What the source said of the channel, null when that can't be used; and for an install the release it is about, or why
   * there is nothing to carry out.
   */
  | { type: "resolved"; at: string; found: Found | null; chosen: Release | Failure | null }
  /** The release is known from the last check. */
  | { type: "install-asked"; update: Update; release: Release }
  /** The release may be known better by now: one whose manifest is inside its bundle. */
  | { type: "downloaded"; bytes: number; release: Release }
  /** `until`: when the maintenance window opens; null: go on now. */
  | { type: "verified"; until: string | null }
  /** It is time, or the owner doesn't want to wait. */
  | { type: "window-opened" }
  /** The release is on the device already: one goes back to it, or forward again. */
  | { type: "kept-asked"; update: Update }
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
      return checkAsked(record, event);
    case "install-asked": {
      const { update, release } = event;
      const free = makeWay(record, update);
      return free ? { ...free, engine: { status: "downloading", update, release }, failure: null } : record;
    }
    case "kept-asked": {
      const { update } = event;
      const free = makeWay(record, update);
      return free ? { ...free, engine: { status: "applying", update, release: null }, failure: null } : record;
    }
    case "resolved":
      return engine.status === "checking" ? resolved(record, engine, event) : record;
    case "downloaded": {
      if (engine.status !== "downloading") return record;
      const update = { ...engine.update, bytes_downloaded: engine.update.bytes_downloaded + event.bytes };
      return { ...record, engine: { status: "verifying", update, release: event.release } };
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
      if (engine.status !== "applying" || engine.update.id !== event.outcome.id) return record;
      return {
        ...remembering(record, engine.release, event.outcome),
        engine: { status: "idle", shows: endState(event.outcome) },
      };
    case "failed":
      return failed(record, event);
    case "cancelled": {
      // What the other side has is cancelled there.
      const update = engine.status === "applying" ? null : updateOf(engine);
      return update ? cancelled(record, update, event.at) : record;
    }
    case "interrupted":
      return { ...record, engine: afterInterruption(engine) };
    default:
      return unreachable(event);
  }
}

/** An update, once it is known what it is to. */
export function toward(update: Update, { version, commit }: { version: string; commit?: string | null }): Update {
  return { ...update, to: version, ...(commit ? { commit } : {}) };
}

/** The update a state is about, or null. */
export function updateOf(engine: FetchState): Update | null {
  return "update" in engine ? engine.update : null;
}

type Checking = Extract<FetchState, { status: "checking" }>;
type EventOf<T extends FetchEvent["type"]> = Extract<FetchEvent, { type: T }>;

function checkAsked(record: FetchRecord, { at, update }: EventOf<"check-asked">): FetchRecord {
  if (update === null) {
    const { engine } = record;
    if (engine.status !== "idle" && engine.status !== "waiting") return record;
    const waiting = engine.status === "waiting" ? engine : null;
    return { ...record, engine: { status: "checking", since: at, update, waiting } };
  }
  const free = makeWay(record, update);
  return free ? { ...free, engine: { status: "checking", since: at, update, waiting: null }, failure: null } : record;
}

/** The record an update can begin from, or null: another one runs. One that only waits for its window gives way. */
function makeWay(record: FetchRecord, update: Update): FetchRecord | null {
  switch (record.engine.status) {
    case "idle":
      return record;
    case "waiting":
      return cancelled(record, record.engine.update, update.started_at);
    default:
      return null;
  }
}

function resolved(record: FetchRecord, { update, waiting }: Checking, event: EventOf<"resolved">): FetchRecord {
  const { at, found, chosen } = event;
  const known: FetchRecord = found
    ? {
        ...record,
        release: found.newest,
        last_checked: at,
        checked_channel: found.channel,
        channels: found.channels,
        failure: null,
      }
    : record;
  if (!update || !chosen) return { ...known, engine: waiting ?? { status: "idle", shows: "idle" } };
  if ("code" in chosen) return ended(known, outcomeOf(update, "failed", chosen, at));
  return { ...known, engine: { status: "downloading", update: toward(update, chosen), release: chosen } };
}

function failed(record: FetchRecord, event: EventOf<"failed">): FetchRecord {
  const { engine } = record;
  if (engine.status === "idle") return record;
  const update = updateOf(engine);
  const { version, phase } = event.failure;
  const reason = { ...event.failure, version: version ?? update?.to ?? null, phase: phase ?? fetchPhase(engine) };
  // What the source said about itself is news about the check, too: a host's limit holds for the next one.
  const known = engine.status === "checking" ? { ...record, failure: reason } : record;
  if (update) {
    const outcome = outcomeOf(update, "failed", reason, event.at);
    return ended(remembering(known, "release" in engine ? engine.release : null, outcome), outcome);
  }
  const waiting = engine.status === "checking" ? engine.waiting : null;
  return { ...known, engine: waiting ?? { status: "idle", shows: "error" } };
}

function cancelled(record: FetchRecord, update: Update, at: string): FetchRecord {
  const reason = failure("cancelled", "The update was cancelled. Nothing was changed.", { version: update.to });
  return ended(record, outcomeOf(update, "cancelled", reason, at));
}

function ended(record: FetchRecord, outcome: Outcome): FetchRecord {
  return { ...record, engine: { status: "idle", shows: endState(outcome) }, last: outcome };
}

/** With what is left alone from now on. A release that was on the device already was its owner's wish, and isn't. */
function remembering(record: FetchRecord, release: Release | null, outcome: Outcome): FetchRecord {
  return release ? { ...record, left_alone: leftAloneAfter(record.left_alone, release, outcome) } : record;
}

function afterInterruption(engine: FetchState): FetchState {
  switch (engine.status) {
    case "idle":
    case "waiting":
      return engine;
    case "checking":
      // A bare check is forgotten, the old answer stays; an install that was still asking asks again.
      if (engine.update) return { ...engine, update: { ...engine.update, resumed: true } };
      return engine.waiting ?? { status: "idle", shows: "idle" };
    case "downloading":
    case "verifying":
    case "applying":
      return { ...engine, update: { ...engine.update, resumed: true } };
    default:
      return unreachable(engine);
  }
}
