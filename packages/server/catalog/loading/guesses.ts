import { LRUCache } from "lru-cache";
import { ServerError } from "../../error.ts";
import { notInTime } from "../refusal.ts";
import { nameOf, type Resource, type ResourceKey } from "../store/resource.ts";
import { Lanes } from "./lanes.ts";

/** So many may be asked about or wait for it at once: what is beyond that is told to come again. */
const MOST_WAITING = 32;
/** So many names that weren't there are remembered. */
const MOST_ABSENT = 10_000;

export interface GuessParts {
  parallel: number;
  /** How long it is remembered that something isn't there, in milliseconds. */
  absentFor: number;
  /** How long anybody waits for an answer, in milliseconds. */
  patience: number;
}

/**
 * Names that only a request says and no list of upstream's. Anybody can think of any number of them, so that few are asked
 * about at once, and what isn't there is remembered for a while.
 */
export class Guesses {
  readonly #parts: GuessParts;
  readonly #absent: LRUCache<string, Resource>;
  readonly #lanes: Lanes;
  #waiting = 0;

  constructor(parts: GuessParts) {
    this.#parts = parts;
    this.#absent = new LRUCache({ max: MOST_ABSENT, ttl: Math.max(1, parts.absentFor) });
    this.#lanes = new Lanes(parts.parallel);
  }

  /** As it was when upstream didn't have it, not long ago. */
  absent(key: ResourceKey): Resource | undefined {
    return this.#absent.get(nameOf(key));
  }

  remember(resource: Resource): void {
    this.#absent.set(nameOf(resource), resource);
  }

  /** Has `load` ask when it is its turn, if somebody waits for it still. @throws ServerError `not_loaded` */
  async ask(key: ResourceKey, load: () => Promise<Resource>): Promise<Resource> {
    if (this.#waiting >= MOST_WAITING) {
      throw new ServerError("not_loaded", "Upstream is being asked for too many things that none of its lists names.", {
        retryAfter: 5,
      });
    }
    this.#waiting++;
    const over = performance.now() + this.#parts.patience;
    try {
      return await this.#lanes.run(key.distribution, key.version, () => {
        if (performance.now() > over) throw notInTime(key.path, 5);
        return load();
      });
    } finally {
      this.#waiting--;
    }
  }
}
