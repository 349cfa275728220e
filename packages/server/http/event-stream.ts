/** One event of a stream, as `EventSource` hears it. */
export interface ServerEvent {
  event: string;
  /** What a reader that comes back says it has seen last. */
  id?: string;
  /** JSON. */
  data: unknown;
}

/** A comment so often keeps proxies from thinking that nobody is there. */
const ALIVE_EVERY_MS = 15_000;

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would collect them until it has a page full.
  "x-accel-buffering": "no",
};

/**
 * Events as they come, in the format of Server-Sent Events (WHATWG HTML §9.2). The next one is asked for when the last has gone out,
 * so that a slow reader takes no memory here; `events` is told when the reader has gone.
 * @param stopping aborts when the server is told to stop: readers come back to whoever is there then
 * @param onError is told why one ended before its end
 */
export function eventStream(
  events: (signal: AbortSignal) => AsyncIterable<ServerEvent>,
  stopping: AbortSignal,
  onError: (error: unknown) => void,
): Response {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, stopping]);
  const source = events(signal)[Symbol.asyncIterator]();
  let alive: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encode("retry: 3000\n\n"));
      alive = setInterval(() => {
        // Who doesn't read needn't be kept, and would collect them.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encode(":\n\n"));
      }, ALIVE_EVERY_MS).unref();
    },
    async pull(controller) {
      try {
        const next = await nextOf(source, signal);
        if (next) return controller.enqueue(encode(textOf(next)));
      } catch (error) {
        // A stream can't say why: its reader comes back, and is told by whoever answers then.
        onError(error);
        await source.return?.().catch(() => undefined);
      }
      clearInterval(alive);
      controller.close();
    },
    async cancel() {
      clearInterval(alive);
      gone.abort();
      await source.return?.();
    },
  });
  return new Response(body, { headers: HEADERS });
}

/** Null at the end; an end by the signal is an end like others. */
async function nextOf(source: AsyncIterator<ServerEvent>, signal: AbortSignal): Promise<ServerEvent | null> {
  try {
    const { done, value } = await source.next();
    return done ? null : value;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

function textOf({ event, id, data }: ServerEvent): string {
  const lines = [...(id === undefined ? [] : [`id: ${id}`]), `event: ${event}`, `data: ${JSON.stringify(data)}`];
  return `${lines.join("\n")}\n\n`;
}

const encoder = new TextEncoder();
const encode = (text: string) => encoder.encode(text);
