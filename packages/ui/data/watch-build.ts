import { EventSourceParserStream } from "eventsource-parser/stream";
import { failureOf, type ServerClientOptions, ServerFailure, type ServerSchemas } from "./server.ts";

export type BuildEvent =
  | { kind: "build"; build: ServerSchemas["Build"] }
  | { kind: "line"; line: ServerSchemas["BuildLogLine"] }
  /** The connection broke off, or is there again: the build goes on meanwhile. */
  | { kind: "connection"; isThere: boolean };

/** Between two connections, in milliseconds: the first, and the longest that it grows to. */
const AGAIN_AFTER_MS = { first: 300, longest: 10_000 };
/** The server says something every 15 s; a stream that doesn't is given up. */
const SILENT_MS = 45_000;
/** So long a server that is away is waited for. */
const BACK_WITHIN_MS = 10 * 60_000;

/**
 * A build as it goes on, over as many connections as it takes: no line twice, none left out. Ends when the build has ended.
 * @throws ServerFailure not_found, unreachable (for longer than ten minutes)
 */
export async function* watchBuild(
  { url, token }: ServerClientOptions,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent> {
  let next = 0;
  let isThere = true;
  let goneAt: number | null = null;
  for (let pause = AGAIN_AFTER_MS.first; !signal.aborted; pause = Math.min(pause * 2, AGAIN_AFTER_MS.longest)) {
    try {
      for await (const event of connection(`${url}/api/v2/builds/${id}/events?from=${next}`, token, signal)) {
        if (!isThere) yield { kind: "connection", isThere: true };
        isThere = true;
        goneAt = null;
        pause = AGAIN_AFTER_MS.first;
        if (event === "end") return;
        if (event.kind === "line") {
          if (event.line.number < next) continue;
          next = event.line.number + 1;
        }
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ServerFailure && !mayComeBack(error)) throw error;
      goneAt ??= Date.now();
      if (Date.now() - goneAt > BACK_WITHIN_MS) throw error;
    }
    if (isThere) yield { kind: "connection", isThere: false };
    isThere = false;
    await wait(pause * (0.5 + Math.random()), signal);
  }
}

async function* connection(
  url: string,
  token: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Exclude<BuildEvent, { kind: "connection" }> | "end"> {
  const silence = new AbortController();
  const quiet = () => setTimeout(() => silence.abort(), SILENT_MS);
  let timer = quiet();
  try {
    const headers = { accept: "text/event-stream", ...(token && { authorization: `Bearer ${token}` }) };
    const response = await open(url, { headers, signal: AbortSignal.any([signal, silence.signal]) });
    const heard = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        clearTimeout(timer);
        timer = quiet();
        controller.enqueue(bytes);
      },
    });
    const events = response
      .pipeThrough(heard)
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
      .pipeThrough(new EventSourceParserStream());
    for await (const { event, data } of events) {
      if (event === "end") return yield "end";
      if (event === "build") yield { kind: "build", build: JSON.parse(data) };
      if (event === "line") yield { kind: "line", line: JSON.parse(data) };
    }
  } finally {
    clearTimeout(timer);
  }
}

async function open(url: string, init: RequestInit): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new ServerFailure("unreachable", "The server can't be reached.", { cause });
  });
  if (!response.ok) throw await failureOf(response);
  const isEvents = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  if (isEvents && response.body) return response.body;
  throw new ServerFailure("not_the_server", "Something else than the server answered.", { status: response.status });
}

/** A server that restarts, a proxy in front of one; not what it refuses. */
function mayComeBack({ status, code }: ServerFailure): boolean {
  return status === null || status === 429 || status >= 500 || code === "not_the_server";
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
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
