import type { Dialect, Told } from "./dialects.ts";
import type { Wish } from "./wish.ts";

/** A request that the server has taken: it named a hash for it. */
export interface Taken {
  dialect: Dialect;
  hash: string;
  wish: Wish;
  /** The newest that was heard of it. */
  told: Told["kind"];
  why: string | null;
}

/** What was promised to clients, by their own books; and what wasn't kept. */
export class Ledger {
  readonly #taken = new Map<string, Taken>();
  readonly #wrong = new Set<string>();
  /** Requests that were sent; those of them that came to no answer; those that were asked to come again. */
  requests = 0;
  unanswered = 0;
  refused = 0;
  images = 0;

  get taken(): readonly Taken[] {
    return [...this.#taken.values()];
  }

  get wrong(): readonly string[] {
    return [...this.#wrong];
  }

  /** What isn't answered by an image, or by a failure that is one for good. */
  get lost(): readonly Taken[] {
    return this.taken.filter(({ told, why }) => told !== "image" && !(told === "failed" && isForGood(why ?? "")));
  }

  /** What a client was told after asking for `wish`. @throws never: what is wrong is written down */
  hear(dialect: Dialect, wish: Wish, told: Told): void {
    if (told.kind === "refused") this.refused++;
    if (told.kind === "wrong") this.note(`${dialect.name}, wish ${wish.number}: ${told.why}`);
    const hash = "hash" in told ? told.hash : null;
    if (hash === null) return;
    const id = `${dialect.name} ${hash}`;
    const known = this.#taken.get(id);
    if (known && known.wish.number !== wish.number) {
      this.note(`${id} is wish ${known.wish.number} and wish ${wish.number}`);
    }
    const why = told.kind === "failed" ? told.why : null;
    this.#taken.set(id, { dialect, hash, wish, told: told.kind, why });
  }

  /** A hash that had been named isn't known. Clients give up then. */
  unknown(taken: Pick<Taken, "dialect" | "hash" | "wish">): void {
    const id = `${taken.dialect.name} ${taken.hash}`;
    this.note(`${id} (wish ${taken.wish.number}) was named, and is answered 404`);
    this.#taken.set(id, { ...taken, told: "unknown", why: null });
  }

  /** Of each dialect, how many hashes were named. */
  get counts(): string {
    const of = Map.groupBy(this.#taken.values(), ({ dialect }) => dialect.name);
    const counts = [...of].map(([name, taken]) => `${taken.length} by ${name}`);
    return `${counts.join(", ")}; ${this.unanswered} requests without an answer, ${this.refused} to come again`;
  }

  note(what: string): void {
    this.#wrong.add(what);
  }
}

/** Every wish can be built: there is but this that a server may say of one for good. */
function isForGood(why: string): boolean {
  return /kills_worker|lost over it/.test(why);
}
