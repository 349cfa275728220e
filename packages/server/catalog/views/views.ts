import { LRUCache } from "lru-cache";
import { isPassing } from "../../db/trouble.ts";
import type { States } from "../loading/states.ts";
import type { Resource } from "../store/resource.ts";
import type { Known } from "../types.ts";
import { believed } from "./composition.ts";

/** A value, what it was made of, and about how many bytes it takes. */
export interface Made<T> {
  value: T;
  parts: readonly Resource[];
  bytes: number;
  /** That parts aren't there upstream is as it should be. */
  missingIsFine?: boolean;
}

export interface View<T> {
  known: Known<T>;
  parts: readonly Resource[];
  bytes: number;
  missingIsFine: boolean;
  /** Of the states, when it was last compared with them. */
  generation: number;
  /** After this time somebody should have refreshed it; milliseconds since 1970. */
  freshUntil: number;
  /** When it was last noted that somebody wants it. */
  wantedAt: number;
}

export interface ViewsParts {
  states: States;
  maxBytes: number;
  /** When somebody should have looked at the parts again; milliseconds since 1970. */
  freshUntil: (parts: readonly Resource[]) => number;
  /** Hears, about once an hour, of what a view in use is made of. */
  want: (ids: readonly number[]) => void;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** How often it is noted that a view is wanted, in milliseconds. */
const NOTED_EVERY = 3_600_000;

/**
 * Values as they are handed out, bounded in bytes. A view whose parts have the same content as when it was made is handed
 * out again without asking anybody; while no state has changed at all, without even looking at its parts.
 */
export class Views {
  readonly #parts: ViewsParts;
  readonly #views: LRUCache<string, View<unknown>>;

  constructor(parts: ViewsParts) {
    this.#parts = parts;
    this.#views = new LRUCache({
      maxSize: parts.maxBytes,
      sizeCalculation: ({ bytes }) => Math.max(1, Math.ceil(bytes)),
    });
  }

  /** The value under this name if it is still right: of the type that was kept under it. */
  fresh<T>(name: string): View<T> | null {
    const view = this.#views.get(name);
    if (!view) return null;
    if (view.generation !== this.#parts.states.generation && !this.#isUpToDate(view)) return null;
    const now = this.#parts.now();
    if (now > view.freshUntil) return null;
    if (now - view.wantedAt > NOTED_EVERY) this.#note(view, now);
    return view as View<T>;
  }

  /** What was kept last under this name, where nothing newer can be made since the database is away. @throws `error` */
  lastOr<T>(name: string, error: unknown): View<T> {
    const view = isPassing(error) ? this.#views.get(name) : undefined;
    if (!view) throw error;
    return view as View<T>;
  }

  /** @param atLeastUntil it is handed out until then however old it is: somebody has tried to have it newer */
  keep<T>(name: string, { value, parts, bytes, missingIsFine = false }: Made<T>, atLeastUntil = 0): View<T> {
    const known: Known<T> = { value, ...believed(parts, missingIsFine) };
    const freshUntil = Math.max(atLeastUntil, this.#parts.freshUntil(parts));
    const view: View<T> = { known, parts, bytes, missingIsFine, generation: -1, freshUntil, wantedAt: 0 };
    this.#note(view, this.#parts.now());
    this.#views.set(name, view as View<unknown>);
    return view;
  }

  /** Whether its parts have the content they had; how far they may be believed is taken over. */
  #isUpToDate(view: View<unknown>): boolean {
    const parts: Resource[] = [];
    let differs = false;
    for (const part of view.parts) {
      const now = this.#parts.states.get(part);
      if (!now || now.digest !== part.digest) return false;
      if (now !== part) differs = true;
      parts.push(now);
    }
    view.generation = this.#parts.states.generation;
    if (!differs) return true;
    view.parts = parts;
    view.freshUntil = this.#parts.freshUntil(parts);
    view.known = { value: view.known.value, ...believed(parts, view.missingIsFine) };
    return true;
  }

  #note(view: View<unknown>, now: number): void {
    view.wantedAt = now;
    this.#parts.want(view.parts.map(({ id }) => id));
  }
}
