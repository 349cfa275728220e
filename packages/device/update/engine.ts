import { asUpdateError } from "../error.ts";

/** Thrown by a step that may still be cancelled when the owner has asked for that. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** Thrown by a step that can't end as things are: the record stays, this process ends, and the next one goes on. */
export class Unsettled extends Error {
  override readonly name = "Unsettled";
}

/** Where a record lives. `save` returns only when a power cut can't undo it. */
export interface RecordStore<Record> {
  load(): Promise<Record>;
  save(record: Record): Promise<void>;
}

/** The parts of one side's loop. All decisions are in `plan` and `transition`, all effects in `execute` and the store. */
export interface EngineParts<Record, Step, Event> {
  store: RecordStore<Record>;
  plan(record: Record): Step | null;
  transition(record: Record, event: Event): Record;
  execute(step: Step, signal: AbortSignal): Promise<Event>;
  /** The event a step that threw stands for. */
  failed(error: ReturnType<typeof asUpdateError>): Event;
  cancelled(): Event;
  /** Tells watchers; called after the record is on disk, so nobody hears of what a power cut could take back. */
  publish(record: Record): Promise<void>;
}

/**
 * Plan, execute, persist, publish, until there is nothing more to do. Exclusive: whoever calls holds the side's lock.
 * After a power cut the same loop starts from the persisted record; there is no separate recovery. Rejects with what a
 * step threw when that changes nothing in the record.
 *
 * @param found the record on disk, read since the lock is held
 * @param event what begins it, applied to that; null: only go on
 * @param signal this process has to end: rejects with its reason, the record stays, the next process goes on
 */
export async function runEngine<Record, Step, Event>(
  parts: EngineParts<Record, Step, Event>,
  found: Record,
  event: Event | null,
  signal: AbortSignal,
): Promise<Record> {
  let record = event === null ? found : await advance(parts, found, event);
  for (;;) {
    const step = parts.plan(record);
    if (step === null) return record;
    let next: Event;
    try {
      signal.throwIfAborted();
      next = await parts.execute(step, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof Unsettled) throw error.cause;
      next = error instanceof Cancelled ? parts.cancelled() : parts.failed(asUpdateError(error));
      // What mustn't be given up doesn't end on a failure. This process does; the next one goes on from the record.
      if (parts.transition(record, next) === record) throw error;
    }
    record = await advance(parts, record, next);
  }
}

async function advance<Record, Step, Event>(
  parts: EngineParts<Record, Step, Event>,
  record: Record,
  event: Event,
): Promise<Record> {
  const next = parts.transition(record, event);
  await parts.store.save(next);
  await parts.publish(next);
  return next;
}
