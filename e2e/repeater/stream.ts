import type { StreamEvent } from "@pawl/protocol";
import { createParser } from "eventsource-parser";

export interface StreamedEvent {
  id: string | undefined;
  event: StreamEvent;
}

/**
 * What an EventSource gets of a progress stream, one after the other, until the server ends it. Throws when the connection
 * breaks: there an EventSource calls `onerror`. It can't send headers, so the token is in the address; `lastEventId` is the
 * header that it sends by itself when it comes back.
 */
export async function* progressStream(address: string, lastEventId?: string): AsyncGenerator<StreamedEvent> {
  const response = await fetch(address, {
    headers: { accept: "text/event-stream", ...(lastEventId !== undefined && { "last-event-id": lastEventId }) },
    signal: AbortSignal.timeout(90_000),
  });
  if (response.status === 204) return;
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  const arrived: StreamedEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      // The page has `onmessage` only, which an event with a name never reaches.
      if (event === undefined) arrived.push({ id, event: JSON.parse(data) as StreamEvent });
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* arrived.splice(0);
  }
}
