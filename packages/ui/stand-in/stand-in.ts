import { type Answering, Events, Refusal, Reply } from "./calls.ts";
import { eventStream } from "./event-stream.ts";
import { pause } from "./pause.ts";

/** What lies between a page and the API. */
export interface Connection {
  /** How long each answer takes, in milliseconds. */
  delayMs: number;
  /** Whether nobody answers: `fetch` rejects, and what is open breaks off. */
  isAway(): boolean;
  /** Aborts when it goes away; another one each time. */
  untilAway(): AbortSignal;
}

export interface StandInParts {
  calls: readonly Answering[];
  connection: Connection;
  /** Who may ask; returns the answer for who may not. */
  admit(request: Request): Reply | null;
  /** The API's own words for an address that it doesn't have. */
  notFound: Reply;
}

/** An API without anything behind it, to be used in place of `fetch`. */
export function standIn({ calls, connection, admit, notFound }: StandInParts): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    await pause(connection.delayMs, request.signal);
    if (connection.isAway()) throw new TypeError("Failed to fetch");
    const { pathname, searchParams } = new URL(request.url);
    const call = calls.find(({ method, pattern }) => method === request.method && pattern.test(pathname));
    const refused = call ? admit(request) : notFound;
    if (!call || refused) return responseOf(refused ?? notFound);
    const groups = call.pattern.exec(pathname)?.groups ?? {};
    const path = Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
    const body = (await request.text()) || "{}";
    const { headers, signal } = request;
    try {
      const told = await call.handle({ path, query: searchParams, headers, body: JSON.parse(body) as never, signal });
      if (told instanceof Response) return told;
      if (!(told instanceof Events)) return responseOf(told instanceof Reply ? told : new Reply(200, told));
      return eventStream(told, AbortSignal.any([signal, connection.untilAway()]));
    } catch (error) {
      if (error instanceof Refusal) return responseOf(error.reply);
      throw error;
    }
  };
}

function responseOf({ status, body, headers }: Reply): Response {
  if (body === null) return new Response(null, { status, headers });
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}
