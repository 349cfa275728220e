import { setTimeout as wait } from "node:timers/promises";
import type { StreamEvent, UpdateEvent } from "@pawl/protocol";
import { createParser } from "eventsource-parser";
import { UpdateError } from "../error.ts";
import type { DaemonClient } from "./daemon-client.ts";
import { NoDaemon } from "./no-daemon.ts";

/** Between two connections to a stream that broke off, in milliseconds. */
const AGAIN_AFTER_MS = 200;
/** A daemon that was restarted is given this long to come back, in milliseconds. */
const BACK_WITHIN_MS = 120_000;
/** For so long nobody notices that it is away, in milliseconds. */
const SAID_AFTER_MS = 3_000;
/** A living stream says something every 5 s (contract device-api.md §1, `progress`); one that doesn't is given up, in milliseconds. */
const SILENT_MS = 20_000;

export interface Following {
  updateId: string;
  /** The daemon has been away for longer than one overlooks. Called once for each time it is. */
  onAway(): void;
  /** Defaults: see above. */
  saidAfterMs?: number;
  silentMs?: number;
}

/** Follows a stream to `done`, over as many connections as it takes: the update goes on while the daemon is away. */
export async function* followRemote(
  client: DaemonClient,
  path: string,
  { updateId, onAway, saidAfterMs = SAID_AFTER_MS, silentMs = SILENT_MS }: Following,
  signal: AbortSignal,
): AsyncGenerator<UpdateEvent> {
  let lastId = "";
  let goneAt: number | null = null;
  let away: NodeJS.Timeout | null = null;
  const back = () => {
    clearTimeout(away ?? undefined);
    away = goneAt = null;
  };
  try {
    while (!signal.aborted) {
      const silence = new Silence(silentMs);
      try {
        const headers: Record<string, string> = lastId ? { "last-event-id": lastId } : {};
        const response = await client.open("GET", path, headers, AbortSignal.any([signal, silence.signal]));
        if (response.statusCode === 204) return;
        if (response.statusCode !== 200) throw await client.refusal(response);
        for await (const { id, event } of events(response)) {
          silence.broken();
          back();
          if (id) lastId = id;
          if (event.type === "connected" || event.type === "keepalive" || !id.startsWith(`${updateId}:`)) continue;
          yield event;
          if (event.type === "done") return;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!silence.signal.aborted && !isGone(error)) throw error;
      } finally {
        silence.end();
      }
      goneAt ??= performance.now();
      if (performance.now() - goneAt > BACK_WITHIN_MS) throw new NoDaemon(null);
      away ??= setTimeout(onAway, saidAfterMs);
      await wait(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    back();
  }
}

/** Whether a connection couldn't be made or broke off, rather than being refused. */
function isGone(error: unknown): boolean {
  if (error instanceof UpdateError) return error instanceof NoDaemon;
  return error instanceof Error && "code" in error;
}

/** Aborts when nothing was heard for a while. */
class Silence {
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#end.abort(new Error("the daemon is silent")), ms);
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function* events(response: AsyncIterable<Buffer>): AsyncGenerator<{ id: string; event: StreamEvent }> {
  const ready: { id: string; event: StreamEvent }[] = [];
  const parser = createParser({ onEvent: ({ id = "", data }) => ready.push({ id, event: JSON.parse(data) }) });
  const decoder = new TextDecoder();
  for await (const chunk of response) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* ready.splice(0);
  }
}
