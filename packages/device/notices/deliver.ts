import { backOffMs } from "../download/index.ts";
import { asUpdateError } from "../error.ts";
import type { Clock } from "../system/types.ts";
import type { Notice } from "./notice.ts";
import { type Addressee, afterRound, dueNow, unreached, withReached } from "./outbox.ts";
import type { OutboxFile } from "./outbox-file.ts";
import type { Target, Told } from "./targets/index.ts";

/** How often somebody is told the same thing in one round, and how long the first pause between two tries is, in milliseconds. */
const TRIES = 3;
const FIRST_PAUSE_MS = 1_000;

export interface DeliverParts {
  file: OutboxFile;
  targets: readonly (Target & Addressee)[];
  clock: Clock;
  onTrouble(words: string): void;
}

/**
 * One round: tells everybody what they don't know yet and is due. Nobody waits for anybody else. What is told is on disk
 * at once; a round that is broken off counts for nothing. Rejects only with the signal's reason.
 */
export async function deliver(parts: DeliverParts, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await deliverDue(parts, signal);
  } catch (error) {
    signal.throwIfAborted();
    parts.onTrouble(`What has happened could not be told to others: ${asUpdateError(error).message}`);
  }
}

async function deliverDue(parts: DeliverParts, signal: AbortSignal): Promise<void> {
  const { file, targets, clock, onTrouble } = parts;
  const due = dueNow(await file.load(), clock.now());
  if (due.length === 0) return;
  const tried = new Set<string>();
  const told = await Promise.allSettled(
    targets.map(async (target) => {
      for (const one of due) {
        if (unreached(one, [target]).length === 0) continue;
        tried.add(one.notice.key);
        // One that can't be told of this is not told the rest in this round: it may take a minute to find out.
        if (!(await tellOne(parts, target, one.notice, signal))) return;
      }
    }),
  );
  signal.throwIfAborted();
  let givenUp: Notice[] = [];
  await file.change((outbox) => {
    const after = afterRound(outbox, { tried: [...tried], addressees: targets, now: clock.now() });
    givenUp = after.givenUp;
    return after.outbox;
  });
  for (const { text } of givenUp) onTrouble(`Not everybody could be told within a day, and Pawl gives up: ${text}`);
  for (const one of told) if (one.status === "rejected") throw one.reason;
}

/** Whether it has been told. */
async function tellOne(
  { file, clock, onTrouble }: DeliverParts,
  target: Target & Addressee,
  notice: Notice,
  signal: AbortSignal,
): Promise<boolean> {
  const told = await tryToTell(target, JSON.stringify(notice), clock, signal);
  if (told.ok) await file.change((outbox) => withReached(outbox, notice.key, target.id));
  else onTrouble(`${capitalised(target.words)} could not be told of "${notice.event}": ${told.reason}.`);
  return told.ok;
}

async function tryToTell(target: Target, json: string, clock: Clock, signal: AbortSignal): Promise<Told> {
  for (let tries = 1; ; tries++) {
    const told = await target.tell(json, signal);
    if (told.ok || !told.passing || tries === TRIES) return told;
    await clock.sleep(backOffMs(tries - 1, FIRST_PAUSE_MS), signal);
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
