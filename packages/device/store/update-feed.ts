import { existsSync, type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
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
  /** For each log folder what is watched for it: itself, or what there is of the way to it. */
  readonly #watched = new Map<string, { path: string; watcher: FSWatcher }>();
  #timer: NodeJS.Timeout | undefined;

  /** `dirs`: the log folders of both sides, in the order in which they write. They may be missing as yet. */
  constructor(dirs: readonly string[]) {
    this.#dirs = dirs;
  }

  /** Shows an event to those who watch from this process, without a place of its own on disk. */
  show(updateId: string, event: UpdateEvent): void {
    const tail = this.#tail;
    if (this.#wakers.size === 0 || tail?.id !== updateId) return;
    try {
      tail.read();
    } catch {
      // Whoever works on the update must not break because it can't be shown.
      return;
    }
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
    this.#timer = setInterval(() => this.#look(), LOOK_ANYWAY_MS);
    for (const dir of this.#dirs) this.#watchNearest(dir);
  }

  #look(): void {
    if (!this.#timer) return;
    for (const dir of this.#dirs) this.#watchNearest(dir);
    this.#refresh()
      .then(() => this.#wake())
      // Can't be read just now; the timer looks again.
      .catch(() => undefined);
  }

  /** Root's folder comes into being with the first update that gets that far. Until then its coming is watched for. */
  #watchNearest(dir: string): void {
    for (;;) {
      const path = nearestThere(dir);
      const known = this.#watched.get(dir);
      if (known?.path === path) return;
      known?.watcher.close();
      this.#watched.delete(dir);
      try {
        const watcher = watch(path, () => this.#look()).on("error", () => undefined);
        this.#watched.set(dir, { path, watcher });
      } catch {
        // It has gone just now, or no more inotify watches are to be had: the timer still looks.
        return;
      }
    }
  }

  #close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const { watcher } of this.#watched.values()) watcher.close();
    this.#watched.clear();
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }

  async #refresh(): Promise<void> {
    const id = await newestLogged(this.#dirs);
    this.#tail?.read();
    // Ids sort by time. A look that took its time must not bring back the update before, nor must one whose log is gone.
    if (id === null || (this.#tail && id <= this.#tail.id)) return;
    this.#tail = new UpdateTail(this.#dirs, id);
    this.#tail.read();
  }
}

/** The folder itself, or the nearest one above it that exists. */
function nearestThere(dir: string): string {
  let path = dir;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  return path;
}
