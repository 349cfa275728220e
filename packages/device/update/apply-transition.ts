import {
  type ApplyRecord,
  type ApplyState,
  type Failure,
  failure,
  type Move,
  type Order,
  type Update,
  type UpdateResult,
} from "@pawl/protocol";
import { outcomeOf } from "./outcome.ts";
import { applyPhase } from "./phase.ts";
import { unreachable } from "./unreachable.ts";

/** How often a new release may be begun with before it counts as one that takes the device down. */
export const MOST_BOOTS = 3;

/** What can happen on root's side. */
export type ApplyEvent =
  /** `move` is known from the start when the release is on disk already: going back. */
  | { type: "ordered"; order: Order; move: Move | null }
  | { type: "staged"; move: Move }
  /** `adopted`: the version of what was there before Pawl, and is an earlier release now. */
  | { type: "backed-up"; adopted?: string }
  /** This record on disk is what recovery decides by: without it the switch is undone, with it one goes on. */
  | { type: "switched" }
  | { type: "restarted" }
  | { type: "committed"; at: string }
  | { type: "gone-back"; at: string; trouble: Failure | null }
  | { type: "made-do"; at: string }
  | { type: "failed"; at: string; failure: Failure }
  | { type: "cancelled"; at: string }
  /** `settled_in`: the boot in which recovery settles the disk, and somebody else goes on. */
  | { type: "interrupted"; at: string; settled_in?: string }
  /** Somebody goes on with what recovery settled. */
  | { type: "taken-up" };

/** What the record is after an event. Pure. An event that doesn't fit the state changes nothing. */
export function applyTransition(record: ApplyRecord, event: ApplyEvent): ApplyRecord {
  const next = stepped(record, event);
  if (event.type === "interrupted" && event.settled_in !== undefined && next.engine.status !== "idle")
    return { ...next, settled_in: event.settled_in };
  if (next === record || next.settled_in === undefined) return next;
  const { settled_in: _, ...rest } = next;
  return rest;
}

function stepped(record: ApplyRecord, event: ApplyEvent): ApplyRecord {
  const { engine } = record;
  switch (event.type) {
    case "ordered": {
      if (engine.status !== "idle") return record;
      const { update, release } = event.order;
      if (event.move) return { ...record, engine: { status: "backing-up", update, move: event.move } };
      return release ? { ...record, engine: { status: "staging", update, release } } : record;
    }
    case "staged":
      return engine.status === "staging"
        ? { ...record, engine: { status: "backing-up", update: engine.update, move: event.move } }
        : record;
    case "backed-up":
      return engine.status === "backing-up"
        ? { ...record, engine: { ...engine, status: "switching", update: from(engine.update, event.adopted) } }
        : record;
    case "switched":
      return engine.status === "switching"
        ? { ...record, engine: { ...engine, status: "restarting", boots: 1 } }
        : record;
    case "restarted":
      return engine.status === "restarting" ? { ...record, engine: { ...engine, status: "testing" } } : record;
    case "committed":
      return engine.status === "testing" ? ended(record, engine.update, "success", null, event.at) : record;
    case "gone-back":
      return engine.status === "rolling-back" ? goneBack(record, engine, event.at, event.trouble) : record;
    case "made-do":
      return engine.status === "making-do" ? ended(record, engine.update, "failed", engine.failure, event.at) : record;
    case "failed": {
      const { version, phase } = event.failure;
      const to = engine.status === "idle" ? null : engine.update.to;
      const reason = { ...event.failure, version: version ?? to, phase: phase ?? applyPhase(engine) };
      return failed(record, reason, event.at);
    }
    case "cancelled":
      return engine.status === "staging" || engine.status === "backing-up"
        ? ended(record, engine.update, "cancelled", cancelledFailure(engine.update), event.at)
        : record;
    case "interrupted":
      return interrupted(record, event.at);
    case "taken-up":
      return { ...record };
    default:
      return unreachable(event);
  }
}

type RollingBack = Extract<ApplyState, { status: "rolling-back" }>;

function from(update: Update, adopted: string | undefined): Update {
  return adopted === undefined ? update : { ...update, from: adopted };
}

function ended(
  record: ApplyRecord,
  update: Update,
  result: UpdateResult,
  reason: Failure | null,
  at: string,
): ApplyRecord {
  const refused = result === "success" ? record.refused.filter((one) => one.version !== update.to) : record.refused;
  return { ...record, engine: { status: "idle" }, last: outcomeOf(update, result, reason, at), refused };
}

/** A failure before the switch ends the update; after it the device goes back, if there is a release to go back to. */
function failed(record: ApplyRecord, reason: Failure, at: string): ApplyRecord {
  const { engine } = record;
  switch (engine.status) {
    case "idle":
      return record;
    case "staging":
    case "backing-up":
      return ended(record, engine.update, "failed", reason, at);
    case "switching":
      return { ...record, engine: rollingBack(engine.update, engine.move, reason, "undone") };
    case "restarting":
    case "testing":
      return abandon(record, engine, reason, at);
    case "rolling-back":
      // It goes on until it is done (contract §2), unless there is nothing to go back to.
      return reason.code === "no_backup" ? stuck(record, engine, at, reason) : record;
    case "making-do":
      return ended(record, engine.update, "failed", engine.failure, at);
    default:
      return unreachable(engine);
  }
}

/** Leaves a release that was switched to and doesn't work. */
function abandon(
  record: ApplyRecord,
  engine: { update: Update; move: Move },
  reason: Failure,
  at: string,
): ApplyRecord {
  const { update, move } = engine;
  // A release gone back to is tested once and nothing is switched again; the same when there is no earlier one.
  if (update.kind === "rollback") return { ...record, engine: makingDo(engine, { ...reason, back_on: update.to }) };
  const refusing = refuse(record, update, move, reason, at);
  if (move.previous === null) return { ...refusing, engine: makingDo(engine, reason) };
  return { ...refusing, engine: rollingBack(update, move, reason, "rolled_back") };
}

function rollingBack(update: Update, move: Move, reason: Failure, result: RollingBack["result"]): RollingBack {
  return { status: "rolling-back", update, move, failure: { ...reason, version: update.to }, result };
}

function makingDo({ update, move }: { update: Update; move: Move }, reason: Failure): ApplyState {
  return { status: "making-do", update, move, failure: reason };
}

function goneBack(record: ApplyRecord, engine: RollingBack, at: string, trouble: Failure | null): ApplyRecord {
  const { update, failure: reason } = engine;
  const fields = { version: update.to, back_on: update.from };
  if (trouble)
    return ended(
      record,
      update,
      "failed",
      { ...trouble, phase: trouble.phase ?? "rolling_back", ...fields, detail: because(trouble, reason) },
      at,
    );
  const now = engine.result === "rolled_back" ? `Pawl went back to ${update.from}.` : "Everything is as it was before.";
  return ended(
    record,
    update,
    engine.result,
    { ...reason, ...fields, message: `${sentence(reason.message)} ${now}` },
    at,
  );
}

function sentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

/** There is no earlier release any more: one stands where one stands, and says so. */
function stuck(record: ApplyRecord, engine: RollingBack, at: string, trouble: Failure): ApplyRecord {
  const { update, failure: reason } = engine;
  const message = `${trouble.message} The device could not go back to ${update.from ?? "what it had"}.`;
  const told = { ...trouble, message, version: update.to, back_on: null, detail: because(trouble, reason) };
  // The new release is in place, its services perhaps not started.
  if (engine.result === "rolled_back") return { ...record, engine: makingDo(engine, told) };
  return ended(record, update, "failed", told, at);
}

function because(trouble: Failure, reason: Failure): string {
  return `${trouble.detail ?? trouble.message}\nIt went back because: ${reason.message}`;
}

function refuse(record: ApplyRecord, update: Update, move: Move, reason: Failure, at: string): ApplyRecord {
  if (update.to === null) return record;
  const { manifest_sha256 } = move;
  const commit = update.commit ? { commit: update.commit } : {};
  const refusal = { version: update.to, manifest_sha256, ...commit, at, reason: reason.message };
  const others = record.refused.filter(
    (one) => one.version !== refusal.version || one.manifest_sha256 !== manifest_sha256,
  );
  return { ...record, refused: [...others, refusal] };
}

/** The contract's table, §2, column "after a power cut". */
function interrupted(record: ApplyRecord, at: string): ApplyRecord {
  const { engine } = record;
  if (engine.status === "idle") return record;
  const update = { ...engine.update, resumed: true };
  switch (engine.status) {
    case "staging":
    case "backing-up":
    case "rolling-back":
    case "making-do":
      return { ...record, engine: { ...engine, update } };
    case "switching":
      return { ...record, engine: rollingBack(update, engine.move, powerLost(update), "undone") };
    case "restarting":
    case "testing":
      return engine.boots < MOST_BOOTS
        ? { ...record, engine: { ...engine, update, boots: engine.boots + 1 } }
        : abandon(record, { update, move: engine.move }, powerLost(update), at);
    default:
      return unreachable(engine);
  }
}

function powerLost(update: Update): Failure {
  const doing =
    update.kind === "rollback" ? `the device was going back to ${update.to}` : `${update.to} was being installed`;
  return failure("power_lost", `The power went out, or Pawl was stopped, while ${doing}.`, { version: update.to });
}

function cancelledFailure(update: Update): Failure {
  return failure("cancelled", "The update was cancelled. Nothing was changed.", { version: update.to });
}
