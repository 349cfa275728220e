import { closeSync, type FSWatcher, openSync, readSync, watch } from "node:fs";
import type { LoggedEvent, UpdateEvent } from "@pawl/protocol";
import { isMissing } from "./atomic-file.ts";
import { jsonOrNull } from "./record.ts";
import { logPath, newestLogged } from "./update-log.ts";

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
  #tail: { id: string; events: UpdateEvent[]; files: TailFile[] } | null = null;
  #transient: { after: number; updateId: string; event: UpdateEvent } | null = null;
  #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `dirs`: the log folders of both sides, in the order in which they write; they must exist. */
  constructor(dirs: readonly string[]) {
    this.#dirs = dirs;
  }

  /** Shows an event to those who watch from this process, without a place of its own on disk. */
  show(updateId: string, event: UpdateEvent): void {
    this.#transient = { updateId, event, after: this.#tail?.events.length ?? 0 };
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
    let updateId = this.#tail?.id ?? null;
    let position = this.#positionAfter(after);
    let shown = this.#transient;
    while (!signal.aborted) {
      if ((this.#tail?.id ?? null) !== updateId) {
        updateId = this.#tail?.id ?? null;
        position = 0;
      }
      const event = this.#tail?.events[position];
      if (event) {
        position++;
        yield { id: `${updateId}:${position}`, event };
        if (event.type === "done" && position === this.#tail?.events.length) return;
        continue;
      }
      if (this.#transient && this.#transient !== shown && this.#transient.updateId === updateId) {
        shown = this.#transient;
        yield { id: `${updateId}:${position}`, event: shown.event };
        continue;
      }
      await waker.next();
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
    const look = () => void this.#refresh().then(() => this.#wake());
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
    if (id !== null && id !== this.#tail?.id) {
      this.#tail = { id, events: [], files: this.#dirs.map((dir) => new TailFile(logPath(dir, id))) };
    }
    for (const file of this.#tail?.files ?? []) this.#tail?.events.push(...file.read());
  }
}

/** A file of events that grows, read from where one stopped. */
class TailFile {
  readonly #path: string;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** The events of the lines that have become whole since the last call. */
  read(): UpdateEvent[] {
    const bytes = Buffer.concat([this.#rest, ...this.#newChunks()]);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    this.#rest = bytes.subarray(whole);
    return bytes
      .toString("utf8", 0, whole)
      .split("\n")
      .map((line) => (jsonOrNull(line) as LoggedEvent | null)?.event)
      .filter((event) => event !== undefined);
  }

  #newChunks(): Buffer[] {
    let file: number;
    try {
      file = openSync(this.#path, "r");
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.allocUnsafe(64 * 1024);
        const length = readSync(file, chunk, 0, chunk.length, this.#offset);
        if (length === 0) return chunks;
        this.#offset += length;
        chunks.push(chunk.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
  }
}
