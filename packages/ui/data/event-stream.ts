import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { ApiFailure, failureOf, notTheServer, type ReadFailure, unreachable } from "./failure.ts";

/** Between two connections, in milliseconds: the first, and the longest that it grows to. */
const AGAIN_AFTER_MS = { first: 300, longest: 10_000 };
/** Both APIs say something at least every 15 s; a stream that doesn't is given up. */
const SILENT_MS = 45_000;
/** A connection that broke off sooner was none: whoever is behind it is asked less and less often. */
const HELD_MS = 1_000;
/** No event of ours is longer, in characters. */
const MOST_CHARACTERS = 8_000_000;

/** The connection broke off, or is there again: what was watched goes on meanwhile. */
export interface ConnectionEvent {
  kind: "connection";
  isThere: boolean;
}

export interface StreamRequest {
  url: string;
  token?: string | undefined;
  /** What was heard last, for whoever goes on there. */
  lastEventId?: string | null;
  fetch?: typeof globalThis.fetch;
  readFailure: ReadFailure;
}

/** One connection of server-sent events; none at all where the server says there will be nothing (204). @throws ApiFailure */
export async function* eventStream(asked: StreamRequest, signal: AbortSignal): AsyncGenerator<EventSourceMessage> {
  const silence = new AbortController();
  const quiet = () => setTimeout(() => silence.abort(), SILENT_MS);
  let timer = quiet();
  try {
    const body = await open(asked, AbortSignal.any([signal, silence.signal]));
    if (body === null) return;
    const heard = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        clearTimeout(timer);
        timer = quiet();
        controller.enqueue(bytes);
      },
    });
    const text = body
      .pipeThrough(heard)
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>);
    const reader = text.pipeThrough(new EventSourceParserStream({ maxBufferSize: MOST_CHARACTERS })).getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    } finally {
      // Who stops listening closes the connection. Not every browser's streams can be looped over.
      await reader.cancel().catch(() => undefined);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function open(
  { url, token, lastEventId, fetch = globalThis.fetch, readFailure }: StreamRequest,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | null> {
  const headers = {
    accept: "text/event-stream",
    ...(token && { authorization: `Bearer ${token}` }),
    ...(lastEventId && { "last-event-id": lastEventId }),
  };
  const response = await fetch(url, { headers, signal }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (!response.ok) throw await failureOf(response, readFailure);
  if (response.status === 204) return null;
  const isEvents = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  if (isEvents && response.body) return response.body;
  throw notTheServer(response.status);
}

/**
 * The same thing watched over as many connections as it takes. `connect` yields what it hears, and `"end"` when nothing
 * comes any more; a connection that ends without was cut off.
 * @throws ApiFailure what will not get better by itself; or what kept it away for longer than `withinMs`
 */
export async function* lasting<Event extends { kind: string }>(
  connect: () => AsyncIterable<Event | "end">,
  withinMs: number,
  signal: AbortSignal,
): AsyncGenerator<Event | ConnectionEvent> {
  let isThere = true;
  let goneAt: number | null = null;
  for (let pause = AGAIN_AFTER_MS.first; !signal.aborted; pause = Math.min(pause * 2, AGAIN_AFTER_MS.longest)) {
    const begun = Date.now();
    try {
      for await (const event of connect()) {
        if (!isThere) yield { kind: "connection", isThere: true };
        isThere = true;
        goneAt = null;
        if (event === "end") return;
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiFailure && !mayComeBack(error)) throw error;
      goneAt ??= Date.now();
      if (Date.now() - goneAt > withinMs) throw error;
    }
    if (isThere) yield { kind: "connection", isThere: false };
    if (isThere && Date.now() - begun >= HELD_MS) pause = AGAIN_AFTER_MS.first;
    isThere = false;
    await wait(pause * (0.5 + Math.random()), signal);
  }
}

/** A server that restarts, a proxy in front of one; not what it refuses. */
export function mayComeBack({ status, code }: ApiFailure): boolean {
  return status === null || status === 429 || status >= 500 || code === "not_the_server";
}

/** Resolves early when the signal says so. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
