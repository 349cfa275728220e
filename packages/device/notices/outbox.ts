import { Instant } from "@pawl/protocol";
import * as z from "zod";
import { Notice } from "./notice.ts";

/** How many notices are remembered as told. */
const REMEMBERED = 200;
/** The pause after a round of tries that didn't reach everybody, doubling from the first to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;
/** A notice is given up when it is this old, in milliseconds, */
const OLD_MS = 24 * 60 * 60_000;
/** and so many rounds have failed: where a process begins only once a night one would be the only one. */
const ROUNDS = 3;

/** A notice on its way. */
export const Pending = z.object({
  notice: Notice,
  noted_at: Instant,
  /** The targets it has been told to. */
  reached: z.array(z.string()),
  rounds: z.number().int(),
  /** Not before this moment. */
  next_try: Instant,
});
export type Pending = z.infer<typeof Pending>;

/** `api/notices.json`. */
export const Outbox = z.object({
  pending: z.array(Pending),
  /** The keys of notices that need no telling any more, oldest first. */
  told: z.array(z.string()),
});
export type Outbox = z.infer<typeof Outbox>;

export const EMPTY_OUTBOX: Outbox = { pending: [], told: [] };

/** Who is told, as the outbox knows it. */
export interface Addressee {
  id: string;
  on: readonly Notice["event"][];
}

/** Whether a notice is on its way, or has been told. */
export function isNoted({ pending, told }: Outbox, key: string): boolean {
  return told.includes(key) || pending.some(({ notice }) => notice.key === key);
}

/** With those of the notices that are new. */
export function withNoted(outbox: Outbox, notices: readonly Notice[], now: Date): Outbox {
  const at = now.toISOString();
  const fresh = notices.filter(({ key }) => !isNoted(outbox, key));
  const added = fresh.map((notice) => ({ notice, noted_at: at, reached: [], rounds: 0, next_try: at }));
  return { ...outbox, pending: [...outbox.pending, ...added] };
}

/** The notices whose time for a try has come; those that have failed least first, so that one that never works holds up no other. */
export function dueNow({ pending }: Outbox, now: Date): Pending[] {
  return pending.filter(({ next_try }) => isDue(next_try, now)).sort((a, b) => a.rounds - b.rounds);
}

/** Who has not been told of a notice yet. Those that are in `pawl.yaml` no more need not be. */
export function unreached<A extends Addressee>({ notice, reached }: Pending, addressees: readonly A[]): A[] {
  return addressees.filter(({ id, on }) => on.includes(notice.event) && !reached.includes(id));
}

/** With an addressee told of a notice. */
export function withReached(outbox: Outbox, key: string, id: string): Outbox {
  const pending = outbox.pending.map((one) =>
    one.notice.key === key ? { ...one, reached: [...one.reached, id] } : one,
  );
  return { ...outbox, pending };
}

/** After a round in which these notices were tried: what everybody knows is told, what is too old is given up, the rest waits. */
export function afterRound(
  outbox: Outbox,
  { tried, addressees, now }: { tried: readonly string[]; addressees: readonly Addressee[]; now: Date },
): { outbox: Outbox; givenUp: Notice[] } {
  const left = outbox.pending
    .filter((one) => unreached(one, addressees).length > 0)
    .map((one) => (tried.includes(one.notice.key) ? postponed(one, now) : one));
  const givenUp = left.filter((one) => tried.includes(one.notice.key) && isHopeless(one, now));
  const pending = left.filter((one) => !givenUp.includes(one));
  const stays = new Set(pending.map(({ notice }) => notice.key));
  const over = outbox.pending.map(({ notice }) => notice.key).filter((key) => !stays.has(key));
  return {
    outbox: { pending, told: [...outbox.told, ...over].slice(-REMEMBERED) },
    givenUp: givenUp.map(({ notice }) => notice),
  };
}

function isDue(nextTry: string, now: Date): boolean {
  const left = Date.parse(nextTry) - now.getTime();
  // Further ahead than any pause: the clock was set back.
  return left <= 0 || left > LONGEST_PAUSE_MS;
}

function postponed(one: Pending, now: Date): Pending {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** one.rounds, LONGEST_PAUSE_MS);
  return { ...one, rounds: one.rounds + 1, next_try: new Date(now.getTime() + pause).toISOString() };
}

function isHopeless({ rounds, noted_at }: Pending, now: Date): boolean {
  return rounds >= ROUNDS && now.getTime() - Date.parse(noted_at) > OLD_MS;
}
