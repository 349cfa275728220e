import type { Counted } from "./types.ts";

export interface Count {
  what: Counted;
  since: Date;
  key: string;
  n: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Of what is asked for by the hour; all else is counted by the day. */
const HOURLY: ReadonlySet<Counted> = new Set([
  "build-request",
  "build-hit",
  "build-miss",
  "build-success",
  "build-failure",
]);

/** Different keys a day, by process: what clients may name themselves must not fill the database. More are `other`. */
const MOST_KEYS: Partial<Record<Counted, number>> = { package: 20_000, build: 20_000, "build-seconds": 20_000 };
const MOST_KEYS_ELSE = 2_000;
const OTHER = "other";
const MOST_CHARACTERS = 120;

/** Counts that aren't written yet, in bounded memory: a sum for each bucket of time, thing and key. */
export class Counters {
  #pending = new Map<string, Count>();
  readonly #keys = new Map<Counted, Set<string>>();
  #day = 0;

  add(now: Date, what: Counted, key: string, n: number): void {
    const time = now.getTime();
    const day = time - (time % DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#keys.clear();
    }
    const counted = this.#boundedKey(what, key);
    const since = HOURLY.has(what) ? time - (time % HOUR_MS) : day;
    this.#sum({ what, since: new Date(since), key: counted, n });
  }

  /** All of them, which leaves none. In one order, so that processes that write at once don't wait for each other crosswise. */
  take(): Count[] {
    const taken = [...this.#pending].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
    this.#pending = new Map();
    return taken;
  }

  /** What could not be written is tried again with the next. */
  putBack(counts: readonly Count[]): void {
    for (const count of counts) this.#sum(count);
  }

  #sum(count: Count): void {
    const id = `${count.what}\n${count.since.getTime()}\n${count.key}`;
    const known = this.#pending.get(id);
    if (known) known.n += count.n;
    else this.#pending.set(id, { ...count });
  }

  #boundedKey(what: Counted, key: string): string {
    if (key === "") return key;
    const clean = cleaned(key);
    let keys = this.#keys.get(what);
    if (!keys) {
      keys = new Set();
      this.#keys.set(what, keys);
    }
    if (keys.has(clean)) return clean;
    if (keys.size >= (MOST_KEYS[what] ?? MOST_KEYS_ELSE)) return OTHER;
    keys.add(clean);
    return clean;
  }
}

/** What a database takes and a page can show. */
function cleaned(key: string): string {
  const short = key.length > MOST_CHARACTERS ? key.slice(0, MOST_CHARACTERS) : key;
  return /[^\x20-\x7e]/.test(short) ? short.replace(/[^\x20-\x7e]/g, "?") : short;
}
