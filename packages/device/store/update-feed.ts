import { type FSWatcher, watch } from "node:fs";
import type { UpdateEvent } from "@pawl/protocol";
import { newestLogged } from "./update-log.ts";
import { UpdateTail } from "./update-tail.ts";

/** An event with its place: `<update id>:<n>`, n counting the events on disk from 1. One that isn't on disk has the place it follows. */
export interface FeedItem {
  id: string;
  event: UpdateEvent;
}

/** For the rare file system that doesn't tell of changes, in milliseconds. */
const LOOK_ANYWAY_MS = 500;

/**
 * What the current or the last update writes, for any number of watchers, whichever process writes it: the logs on disk
 * are followed as they grow. While nobody watches, nothing is open.
 */
export class UpdateFeed {
  readonly #dirs: readonly string[];
  readonly #wakers = new Set<() => void>();
  #tail: UpdateTail | null = null;
  /** Shown last without a place of its own; outdated by the next event on disk. */
  #transient: { tail: UpdateTail; after: number; event: UpdateEvent } | null = null;
  #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `dirs`: the log folders of both sides, in the order in which they write; they must exist. */
  constructor(dirs: readonly string[]) {
    this.#dirs = dirs;
  }

  /** Shows an event to those who watch from this process, without a place of its own on disk. */
  show(updateId: string, event: UpdateEvent): void {
    const tail = this.#tail;
    if (this.#wakers.size === 0 || tail?.id !== updateId) return;
    tail.read();
    this.#transient = { tail, event, after: tail.events.length };
    this.#wake();
  }

  /** Whether an event id is that of an update's end, after which nothing comes. */
  async isEnd(eventId: string): Promise<boolean> {
    await this.#refresh();
    const events = this.#tail?.events ?? [];
    return events.at(-1)?.type === "done" && eventId === `${this.#tail?.id}:${events.length}`;
  }

  /**
   * The events after `after` (an id this feed gave; an unknown one or null: from the update's start), then those that
   * come, until `done`. When nothing was ever run it waits for the first update. Ends quietly when `signal` aborts.
   */
  async *watch(after: string | null, signal: AbortSignal): AsyncGenerator<FeedItem> {
    using waker = this.#subscribe(signal);
    await this.#refresh();
    let tail = this.#tail;
    let position = this.#positionAfter(after);
    let shown = this.#transient;
    while (!signal.aborted) {
      const event = tail?.events[position];
      if (tail && event) {
        position++;
        yield { id: `${tail.id}:${position}`, event };
        if (event.type === "done" && position === tail.events.length) return;
      } else if (tail !== this.#tail) {
        // The next update has begun, and of the one before everything was shown.
        tail = this.#tail;
        position = 0;
      } else if (tail && this.#transient !== shown) {
        shown = this.#transient;
        if (shown?.tail === tail && shown.after === position)
          yield { id: `${tail.id}:${position}`, event: shown.event };
      } else {
        await waker.next();
      }
    }
  }

  /** The id that a watcher who has seen everything would have, or null when nothing was ever run. */
  get position(): string | null {
    return this.#tail ? `${this.#tail.id}:${this.#tail.events.length}` : null;
  }

  #positionAfter(id: string | null): number {
    const [updateId, n] = (id ?? "").split(":");
    const place = Number(n);
    const known = updateId === this.#tail?.id && Number.isInteger(place) && place <= (this.#tail?.events.length ?? 0);
    return known && place > 0 ? place : 0;
  }

  #subscribe(signal: AbortSignal): { next(): Promise<void>; [Symbol.dispose](): void } {
    let pending = false;
    let resolve: (() => void) | null = null;
    const wake = () => {
      pending = true;
      resolve?.();
    };
    this.#wakers.add(wake);
    signal.addEventListener("abort", wake);
    this.#open();
    return {
      next: async () => {
        if (!pending) await new Promise<void>((done) => (resolve = done));
        pending = false;
        resolve = null;
      },
      [Symbol.dispose]: () => {
        signal.removeEventListener("abort", wake);
        this.#wakers.delete(wake);
        if (this.#wakers.size === 0) this.#close();
      },
    };
  }

  #open(): void {
    if (this.#timer) return;
    const look = () =>
      void this.#refresh().then(
        () => this.#wake(),
        // Can't be read just now; the timer looks again.
        () => undefined,
      );
    this.#timer = setInterval(look, LOOK_ANYWAY_MS);
    for (const dir of this.#dirs) {
      try {
        this.#watchers.push(watch(dir, look).on("error", () => undefined));
      } catch {
        // No more inotify watches to be had: the timer still looks.
      }
    }
  }

  #close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }

  async #refresh(): Promise<void> {
    const id = await newestLogged(this.#dirs);
    this.#tail?.read();
    if (id === null || id === this.#tail?.id) return;
    this.#tail = new UpdateTail(this.#dirs, id);
    this.#tail.read();
  }
}
