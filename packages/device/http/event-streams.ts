import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { StreamEvent, UpdateEvent } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import type { FeedItem, UpdateFeed } from "../store/update-feed.ts";

/** Contract device-api.md §1, `progress`. */
export const EVENT_STREAM_HEADERS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache",
  "X-Accel-Buffering": "no",
} as const;

const KEEPALIVE_MS = 5_000;

/** Each holds a connection; beyond these the device answers other calls rather than more watchers. */
const MOST_WATCHERS = 500;

/** A watcher that has read nothing for so many keepalives is let go. It may come back where it stopped. */
const MOST_MISSED = 6;

const KEEPALIVE: StreamEvent = { type: "keepalive" };
const CONNECTED: StreamEvent = { type: "connected", message: "Connected to the progress stream" };

export interface EventStreamsOptions {
  /** Default as the contract has it. */
  keepaliveMs?: number | undefined;
  /** How many may be open at once. Default: 500. */
  mostWatchers?: number | undefined;
  /** A stream broke: its watcher sees it end, and comes back. */
  onFault(error: unknown): void;
}

interface Watcher {
  outgoing: ServerResponse;
  end: AbortController;
  /** Of the last event that was sent. */
  lastId: string | null;
  /** Keepalives that found it not reading, in a row. */
  missed: number;
}

/**
 * The open streams of server-sent events. What a watcher has not read yet stays in the feed, which all share: one that
 * reads slowly, or not at all, costs no more memory than one that does.
 */
export class EventStreams {
  readonly #keepaliveMs: number;
  readonly #mostWatchers: number;
  readonly #watchers = new Set<Watcher>();
  readonly #frames = new WeakMap<UpdateEvent, { id: string; frame: Buffer }>();
  readonly #onFault: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ keepaliveMs = KEEPALIVE_MS, mostWatchers = MOST_WATCHERS, onFault }: EventStreamsOptions) {
    this.#keepaliveMs = keepaliveMs;
    this.#mostWatchers = mostWatchers;
    this.#onFault = onFault;
  }

  /**
   * Sends what comes after the event `after`, until the update has ended, the watcher has left, or `close`. The feed was
   * looked at just now. Throws UpdateError `rate_limited`, before anything is sent, when too many watch already.
   */
  async run(
    feed: Pick<UpdateFeed, "watch" | "position">,
    after: string | null,
    outgoing: ServerResponse,
  ): Promise<void> {
    if (this.#watchers.size >= this.#mostWatchers) {
      throw new UpdateError(
        "rate_limited",
        "Too many pages watch the progress already. Close some, or try again later.",
      );
    }
    const watcher: Watcher = {
      outgoing,
      end: new AbortController(),
      lastId: placeAfter(after, feed.position),
      missed: 0,
    };
    const { signal } = watcher.end;
    for (const event of ["close", "error"]) outgoing.on(event, () => watcher.end.abort());
    this.#add(watcher);
    try {
      outgoing.writeHead(200, EVENT_STREAM_HEADERS);
      outgoing.write(frameOf(watcher.lastId, CONNECTED));
      for await (const item of feed.watch(after, signal)) {
        watcher.lastId = item.id;
        if (outgoing.write(this.#shared(item))) continue;
        await once(outgoing, "drain", { signal }).catch(() => undefined);
        watcher.missed = 0;
      }
    } catch (error) {
      this.#onFault(error);
    } finally {
      this.#remove(watcher);
      outgoing.end();
    }
  }

  /** Ends every stream; none begins afterwards. */
  close(): void {
    this.#closed = true;
    for (const { end } of this.#watchers) end.abort();
  }

  #add(watcher: Watcher): void {
    if (this.#closed || watcher.outgoing.destroyed) watcher.end.abort();
    this.#watchers.add(watcher);
    this.#timer ??= setInterval(() => this.#keepAlive(), this.#keepaliveMs);
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #keepAlive(): void {
    for (const watcher of this.#watchers) {
      if (!watcher.outgoing.writableNeedDrain) watcher.outgoing.write(frameOf(watcher.lastId, KEEPALIVE));
      else if (++watcher.missed >= MOST_MISSED) watcher.outgoing.destroy();
    }
  }

  /** An event is put into bytes once, however many watch. One that is only shown may follow different places. */
  #shared({ id, event }: FeedItem): Buffer {
    const known = this.#frames.get(event);
    if (known?.id === id) return known.frame;
    const frame = frameOf(id, event);
    this.#frames.set(event, { id, frame });
    return frame;
  }
}

/** An unnamed event; with an id, so that whoever comes back says where it was. */
function frameOf(id: string | null, event: StreamEvent): Buffer {
  return Buffer.from(`${id === null ? "" : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`);
}

/** The id of what a watcher who saw `after` has seen: that, or the update's start when the feed at `position` doesn't know it. */
function placeAfter(after: string | null, position: string | null): string | null {
  const [updateId, last] = position?.split(":") ?? [];
  if (updateId === undefined) return null;
  const [knownId, n] = after?.split(":") ?? [];
  const isKnown = knownId === updateId && /^[1-9]\d*$/.test(n ?? "") && Number(n) <= Number(last);
  return isKnown ? after : `${updateId}:0`;
}
