import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { components, paths } from "./server-api.ts";

/** The schemas of the server's API, by their names: `ServerSchemas["Version"]`. */
export type ServerSchemas = components["schemas"];
export type ServerClient = Client<paths>;

export interface ServerClientOptions {
  /** Where the server is, without a slash at the end; empty for the page's own. */
  url: string;
  /** From `pawl token create`, for what needs a scope. */
  token?: string;
  /** A call that takes longer fails, in milliseconds. Default 15 s: the server itself waits up to 8 s for a mirror. */
  timeout?: number;
}

/** Why a call of the server's API didn't work. Codes are the server's, and three of our own. */
export class ServerFailure extends Error {
  override readonly name = "ServerFailure";
  readonly code: string;
  /** Null: there was no answer. */
  readonly status: number | null;
  /** What the sentence is about. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | null;

  constructor(code: ServerFailure["code"], message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.status = details.status ?? null;
    this.fields = details.fields ?? {};
    this.requestId = details.requestId ?? null;
    this.retryAfter = details.retryAfter ?? null;
  }
}

interface FailureDetails {
  status?: number;
  fields?: Readonly<Record<string, unknown>>;
  requestId?: string | null;
  retryAfter?: number | null;
  cause?: unknown;
}

/**
 * The server's API, typed by its own description. Every call ends in time, and throws a ServerFailure unless it worked:
 * `await answerOf(server.GET("/api/v2/server"))`.
 */
export function serverClient({ url, token, timeout = 15_000 }: ServerClientOptions): ServerClient {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const client = createClient<paths>({ baseUrl: url, headers });
  client.use(inTime(timeout), failing);
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

const failing: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await failureOf(response);
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    if (isJson || response.status === 204) return undefined;
    // A proxy's page, or a Wi-Fi's: it came with 200 all the same.
    throw new ServerFailure("not_the_server", "Something else than the server answered.", { status: response.status });
  },
  onError({ error, request }) {
    if (error instanceof ServerFailure) return error;
    if (error instanceof Error && error.name === "TimeoutError") {
      return new ServerFailure("timeout", "The server did not answer in time.", { cause: error });
    }
    if (request.signal.aborted) return undefined;
    return new ServerFailure("unreachable", "The server can't be reached.", { cause: error });
  },
};

/** What a server said that refused. */
export async function failureOf(response: Response): Promise<ServerFailure> {
  const { status, headers } = response;
  const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
  const details = { status, retryAfter: Number.isFinite(retryAfter) ? retryAfter : null };
  const body: unknown = await response.json().catch(() => null);
  if (!isFailure(body))
    return new ServerFailure("not_the_server", `The answer was ${status}, without a reason.`, details);
  const { code, message, ...fields } = body.error;
  return new ServerFailure(code, message, { ...details, fields, requestId: body.request_id ?? null });
}

function isFailure(body: unknown): body is ServerSchemas["Failure"] {
  const error = (body as Partial<ServerSchemas["Failure"]> | null)?.error;
  return typeof error?.code === "string" && typeof error.message === "string";
}
