import createClient, { type Client, type Middleware } from "openapi-fetch";
import { answersWords as words } from "../words/answers.ts";
import { ApiFailure, failureOf, notTheServer, type ReadFailure, unreachable } from "./failure.ts";
import { readText } from "./read-text.ts";

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
  try {
    const { data } = await call;
    return data as T;
  } catch (error) {
    throw error instanceof SyntaxError ? notTheServer(200) : error;
  }
}

function inTime(ms: number): Middleware {
  return {
    onRequest: ({ request }) =>
      new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(ms)]) }),
  };
}

const failing = (read: ReadFailure): Middleware => ({
  async onResponse({ request, response }) {
    if (!response.ok) throw await failureOf(response, read);
    if (response.status === 204) return undefined;
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    if (!isJson) throw notTheServer(response.status);
    return new Response(await wholeOf(response, request), response);
  },
  onError: ({ error, request }) => failureFrom(error, request),
});

/** What is cut off in the middle, or never ends, is no answer either. */
async function wholeOf(response: Response, request: Request): Promise<string> {
  const text = await readText(response).catch((error: unknown) => {
    throw failureFrom(error, request) ?? error;
  });
  if (text === null) throw notTheServer(response.status);
  return text;
}

/** Undefined: whoever called has taken it back, and gets their own reason. */
function failureFrom(error: unknown, { signal }: Request): ApiFailure | undefined {
  if (error instanceof ApiFailure) return error;
  const why: unknown = signal.aborted ? signal.reason : error;
  if (why instanceof Error && why.name === "TimeoutError") {
    return new ApiFailure("timeout", words.timeout, { cause: error });
  }
  return signal.aborted ? undefined : unreachable(error);
}
