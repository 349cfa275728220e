import createClient, { type Client, type Middleware } from "openapi-fetch";
import { ApiFailure, failureOf, notTheServer, type ReadFailure, unreachable } from "./failure.ts";

export interface ClientOptions {
  /** Where the API is, without a slash at the end; empty for the page's own. */
  url: string;
  /** An API token, for what needs one. */
  token?: string | undefined;
  /** A call that takes longer fails, in milliseconds. */
  timeout?: number;
  /** In place of the network's: a stand-in, or a test's. */
  fetch?: typeof globalThis.fetch;
}

/** A typed client whose every call ends in time, and throws an ApiFailure unless it worked: `await answerOf(client.GET("/…"))`. */
export function apiClient<Paths extends {}>(
  { url, token, timeout = 15_000, fetch }: ClientOptions,
  read: ReadFailure,
): Client<Paths> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const client = createClient<Paths>({ baseUrl: url, headers, ...(fetch && { fetch }) });
  client.use(inTime(timeout), failing(read));
  return client;
}

/** What a call that worked answered. */
export async function answerOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}

function inTime(ms: number): Middleware {
  return {
    onRequest: ({ request }) =>
      new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(ms)]) }),
  };
}

const failing = (read: ReadFailure): Middleware => ({
  async onResponse({ response }) {
    if (!response.ok) throw await failureOf(response, read);
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    if (isJson || response.status === 204) return undefined;
    throw notTheServer(response.status);
  },
  onError({ error, request }) {
    if (error instanceof ApiFailure) return error;
    if (error instanceof Error && error.name === "TimeoutError") {
      return new ApiFailure("timeout", "The server did not answer in time.", { cause: error });
    }
    return request.signal.aborted ? undefined : unreachable(error);
  },
});
