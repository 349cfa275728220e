import { setTimeout as sleep } from "node:timers/promises";
import { nameOf, type Resource, type ResourceKey } from "../store/resource.ts";
import type { ResourceStore } from "../store/resource-store.ts";
import { refreshOf, type Timing } from "./back-off.ts";
import { Guesses } from "./guesses.ts";
import { Lanes } from "./lanes.ts";
import type { Loaded, Loader } from "./loader.ts";
import type { States } from "./states.ts";

/** What nobody has refreshed for so many intervals was wanted by nobody: who asks now waits for it. */
const STALE_INTERVALS = 3;
/** … for so long, in milliseconds, and takes the old then. */
const STALE_WAIT_MS = 3_000;
/** Between looks at what another process is reading. */
const POLL_MS = 100;

export interface DemandParts {
  store: ResourceStore;
  states: States;
  loader: Loader;
  timing: Timing;
  parallel: number;
  /** How long anybody waits for what was never loaded, in milliseconds. */
  patience: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Ends everything. */
  signal: AbortSignal;
}

/** What somebody waits for: from memory, else from the database, else from upstream; asked for once however many wait. */
export class Demand {
  readonly #parts: DemandParts;
  readonly #lanes: Lanes;
  readonly #guesses: Guesses;
  readonly #loading = new Map<string, Promise<Resource>>();

  constructor(parts: DemandParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(parts.parallel);
    const { parallel, patience, timing } = parts;
    this.#guesses = new Guesses({ parallel, patience, absentFor: timing.pause });
  }

  /**
   * The states of `keys` in their order. One without a digest was never read: its trouble says why, and what has none is
   * being tried by somebody else.
   */
  async current(keys: readonly ResourceKey[]): Promise<Resource[]> {
    const { states, store } = this.#parts;
    const missing = keys.filter((key) => !states.get(key) && !this.#guesses.absent(key));
    if (missing.length > 0) states.apply(await store.find(missing));
    return Promise.all(keys.map((key) => this.#current(key)));
  }

  /** Has upstream asked whether there is something newer, at most every 30 seconds. */
  async askAgain(key: ResourceKey): Promise<Resource> {
    const state = this.#parts.states.get(key) ?? this.#guesses.absent(key);
    return state && this.#wasJustTried(state) ? state : this.#load(key);
  }

  /** When somebody should have looked again at what is made of these; milliseconds since 1970. */
  freshUntil(parts: readonly Resource[]): number {
    let result = Number.POSITIVE_INFINITY;
    for (const { checkedAt, digest, kind, trouble } of parts) {
      // With trouble, the next try has its time already.
      if (trouble || digest === null) continue;
      const interval = refreshOf(kind, this.#parts.timing);
      const age = this.#parts.now() - (checkedAt?.getTime() ?? 0);
      // A clock was wrong when that was written: nobody knows how old it is.
      if (age < -interval) return Number.NEGATIVE_INFINITY;
      result = Math.min(result, this.#parts.now() - age + STALE_INTERVALS * interval);
    }
    return result;
  }

  /** Until when what has just been asked for isn't asked for again, if it came old; milliseconds since 1970. */
  patienceOver(): number {
    return this.#parts.now() + this.#parts.timing.pause;
  }

  async #current(key: ResourceKey): Promise<Resource> {
    const state = this.#parts.states.get(key) ?? this.#guesses.absent(key);
    if (!state) return this.#load(key);
    if (state.digest === null) return state.trouble && this.#wasJustTried(state) ? state : this.#load(key);
    if (this.#parts.now() <= this.freshUntil([state]) || this.#wasJustTried(state)) return state;
    const patience = new AbortController();
    const old = sleep(STALE_WAIT_MS, state, { signal: patience.signal });
    const result = await Promise.race([this.#load(key).catch(() => state), old]);
    patience.abort();
    old.catch(() => undefined);
    return result;
  }

  #wasJustTried({ leased, triedAt }: Resource): boolean {
    return !leased && triedAt !== null && Math.abs(this.#parts.now() - triedAt.getTime()) < this.#parts.timing.pause;
  }

  #load(key: ResourceKey): Promise<Resource> {
    const name = nameOf(key);
    const before = this.#loading.get(name);
    if (before) return before;
    const lead = () => this.#lead(key);
    const begun = this.#isGuess(key) ? this.#guesses.ask(key, lead) : lead();
    const loading = begun.finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  async #lead(key: ResourceKey): Promise<Resource> {
    const { loader, signal, states, store } = this.#parts;
    for (;;) {
      signal.throwIfAborted();
      const underWay = loader.underWay(key);
      if (underWay) return this.#came(await underWay);
      const leased = await store.lease(key, this.#parts.timing.pause);
      if (leased) return this.#came(await loader.load(leased, this.#lanes, signal));
      const [row] = await store.find([key]);
      if (row && !row.leased) {
        // Another process has just done it, or tried.
        states.apply([row]);
        return row;
      }
      await sleep(POLL_MS * (1 + Math.random()), undefined, { signal });
    }
  }

  #came({ outcome, resource }: Loaded): Resource {
    if (outcome === "absent") this.#guesses.remember(resource);
    return resource;
  }

  /** Nothing of upstream's that is known here says that it is there: its version's list of targets isn't. */
  #isGuess(key: ResourceKey): boolean {
    const { states } = this.#parts;
    const folder = /^(.*?)\/(targets|packages)\//.exec(key.path)?.[1];
    if ((key.kind !== "target" && key.kind !== "feeds") || folder === undefined) return false;
    const list = states.get({ ...key, kind: "targets", path: `${folder}/.targets.json` });
    return !list?.digest && !states.get(key)?.digest;
  }
}
