import type { Events } from "./calls.ts";

/** Server-sent events as a response. When `signal` aborts they break off, as by a network that goes away. */
export function eventStream<Data>(events: Events<Data>, signal: AbortSignal): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  const source = events.of(AbortSignal.any([signal, gone.signal]))[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const breakOff = () => controller.error(new TypeError("network error"));
      signal.addEventListener("abort", breakOff, { once: true, signal: gone.signal });
      // Headers go out with the first bytes.
      controller.enqueue(encoder.encode(":\n\n"));
    },
    async pull(controller) {
      const next = await source.next();
      if (signal.aborted) return;
      if (next.done) {
        gone.abort();
        controller.close();
        return;
      }
      const { id, event, data } = next.value;
      const fields = [id && `id: ${id}`, event && `event: ${event}`, `data: ${JSON.stringify(data)}`];
      controller.enqueue(encoder.encode(`${fields.filter(Boolean).join("\n")}\n\n`));
    },
    async cancel() {
      gone.abort();
      await source.return?.();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } });
}
