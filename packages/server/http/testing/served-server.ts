import type { UpstreamCatalog } from "../../catalog/service.ts";
import type { DatabaseStats } from "../../stats/database-stats.ts";
import { type ServedServer as Miniature, type ServedOptions, serveMiniature } from "../../testing/index.ts";

/** The whole of what is served, with calls of our own API. */
export interface ServedServer extends Miniature {
  catalog: UpstreamCatalog;
  stats: DatabaseStats;
  /** A call of our own API; the answer's JSON with its status. */
  call(path: string, init?: CallInit): Promise<Called>;
}

export interface CallInit {
  method?: string;
  body?: unknown;
  token?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Called {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at field by field, and against the document as a whole.
  json: any;
}

export async function serveAll(options: ServedOptions = {}): Promise<ServedServer> {
  const server = await serveMiniature({ signed: false, ...options });
  const { catalog, stats } = server.composition;
  return { ...server, catalog, stats, call: (path, init) => call(server.url + path, init) };
}

async function call(url: string, { method = "GET", body, token, headers = {} }: CallInit = {}): Promise<Called> {
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: body === undefined || typeof body === "string" ? (body as string | undefined) : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, headers: response.headers, json: isJson && text !== "" ? JSON.parse(text) : text };
}
