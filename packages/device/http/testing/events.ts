import { StreamEvent } from "@pawl/protocol";
import { createParser } from "eventsource-parser";

export interface Received {
  id: string | undefined;
  event: StreamEvent;
}

/** An open stream, read as an EventSource does. Ends with the connection. */
export class EventReader implements AsyncDisposable {
  readonly response: Response;
  readonly #end: AbortController;
  readonly #events: AsyncGenerator<Received>;

  private constructor(response: Response, end: AbortController) {
    this.response = response;
    this.#end = end;
    this.#events = receive(response);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const end = new AbortController();
    return new EventReader(await fetch(url, { headers, signal: end.signal }), end);
  }

  /** The next event, or null when the stream has ended. */
  async next(): Promise<Received | null> {
    const { value, done } = await this.#events.next();
    return done ? null : value;
  }

  /** Everything up to the first event of this type, it included. */
  async until(type: StreamEvent["type"]): Promise<Received[]> {
    const all: Received[] = [];
    for (let next = await this.next(); next; next = await this.next()) {
      all.push(next);
      if (next.event.type === type) return all;
    }
    throw new Error(`The stream ended without ${type}.`);
  }

  /** Everything until the stream ends. */
  async rest(): Promise<Received[]> {
    const all: Received[] = [];
    for (let next = await this.next(); next; next = await this.next()) all.push(next);
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
  }
}

async function* receive(response: Response): AsyncGenerator<Received> {
  const ready: Received[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      if (event !== undefined) throw new Error(`A dashboard would miss the named event ${event}.`);
      ready.push({ id, event: StreamEvent.parse(JSON.parse(data)) });
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* ready.splice(0);
  }
}
