import { Hono } from "hono";
import { ServerError } from "../error.ts";
import type { ServerApp, ServerContext, ServerEnv, ServerParts } from "../http/parts.ts";
import { headerOf } from "../http/request-header.ts";
import { isStoredName } from "../storage/names.ts";
import { readRange } from "./store-range.ts";
import type { ServedFile, StoredFile } from "./types.ts";

/** A build's own files never change; what a dialect's hash stands for may: contract server.md §2. */
const IMMUTABLE = "public, max-age=31536000, immutable";
/** As the clients of 2020 call a build's log. */
const FORMER_NAMES: Readonly<Record<string, string>> = { "buildlog.txt": "build.log" };

type Parts = Pick<ServerParts, "builds" | "store" | "log">;

/**
 * `/store/<build id or hash>/<file>`: what was built, to be downloaded. Never compressed and never in chunks: auc compares
 * the length with the file's.
 */
export function storeRoutes(parts: Parts): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>();
  app.get("/store/:place/:name", async (c) => {
    const [place, asked] = [c.req.param("place") ?? "", c.req.param("name") ?? ""];
    const name = FORMER_NAMES[asked] ?? asked;
    // A place is a hash or an id, a name is one that a store takes: what else may be in an address is nowhere.
    const file = isStoredName(place) && isStoredName(name) ? await parts.builds.file(place, name) : null;
    if (file === null) throw notThere(c);
    // `owut` doesn't follow, and asks by hash like every dialect's client; who has a build's id has it of our own API.
    return answerStored(c, parts, file, { mayRedirect: file.isImmutable });
  });
  return app;
}

export interface Answering {
  /** Whether those who ask at that address go where the store says the file is. */
  mayRedirect: boolean;
  /** What it is called there. Default: as in the store. */
  savedAs?: string;
  /** To be read, not to be saved. Nothing of it is run in a browser all the same. */
  text?: boolean;
}

/**
 * One file of a build, whatever address was asked for it.
 * @throws ServerError not_found, store_failed, store_unavailable
 */
export async function answerStored(
  c: ServerContext,
  parts: Pick<Parts, "store" | "log">,
  file: ServedFile,
  { mayRedirect, savedAs = file.name, text = false }: Answering,
): Promise<Response> {
  const { name, sha256 } = file;
  const request = c.req.raw;
  const headers: Record<string, string> = {
    etag: `"${sha256}"`,
    "cache-control": file.isImmutable ? IMMUTABLE : "no-cache",
    "accept-ranges": "bytes",
  };
  if (isKnown(request, file)) return new Response(null, { status: 304, headers });
  headers["content-type"] = text ? "text/plain; charset=utf-8" : "application/octet-stream";
  if (!text) headers["content-disposition"] = `attachment; filename="${savedAs}"`;
  // RFC 9110 §14.2: a part is for GET alone.
  const range =
    request.method === "GET" && mayBePart(request, file) ? readRange(headerOf(request, "range"), file.size) : "whole";
  if (range === "unsatisfiable") {
    const refused = {
      ...headers,
      "content-range": `bytes */${file.size}`,
      "content-length": "0",
      "cache-control": "no-store",
    };
    return new Response("", { status: 416, headers: refused });
  }
  const found = await parts.store.read(file, name, {
    range: request.method === "HEAD" ? firstByteOf(file) : range === "whole" ? undefined : range,
    sha256,
    mayRedirect,
    signal: whileAsked(c),
  });
  if (found === null || (found.kind === "bytes" && found.size !== file.size)) {
    parts.log.error({ build: file.build, file: name }, "the store has lost a file, or it isn't as it was put");
    if (found?.kind === "bytes") await found.stream.cancel();
    throw notThere(c);
  }
  if (found.kind === "elsewhere") {
    return new Response(null, { status: 302, headers: { location: found.url, "cache-control": "no-store" } });
  }
  const length = range === "whole" ? file.size : range.end - range.start + 1;
  headers["content-length"] = String(length);
  if (range !== "whole") headers["content-range"] = `bytes ${range.start}-${range.end}/${file.size}`;
  if (request.method === "HEAD") {
    await found.stream.cancel();
    return new Response(null, { headers });
  }
  endWithAnswer(c, found.stream);
  return new Response(found.stream, { status: range === "whole" ? 200 : 206, headers });
}

/** Until whoever asks has its answer or has gone. */
function whileAsked(c: ServerContext): AbortSignal {
  const gone = new AbortController();
  const outgoing = c.env?.outgoing;
  if (outgoing?.destroyed) gone.abort();
  else outgoing?.once("close", () => gone.abort());
  return gone.signal;
}

/** Enough to see that it is there. */
function firstByteOf({ size }: StoredFile): { start: number; end: number } | undefined {
  return size === 0 ? undefined : { start: 0, end: 0 };
}

/** Whoever asks may have gone before anything of the stream was read: then nobody else would end it. */
function endWithAnswer(c: ServerContext, stream: ReadableStream): void {
  const outgoing = c.env?.outgoing;
  // One that is being read can't be ended here, and is ended by who reads it.
  const end = () => void stream.cancel().catch(() => undefined);
  if (outgoing?.destroyed) end();
  else outgoing?.once("close", end);
}

/** RFC 9110 §13.1.2 */
function isKnown(request: Request, { sha256 }: StoredFile): boolean {
  const known = headerOf(request, "if-none-match");
  if (known === null) return false;
  return known.trim() === "*" || known.split(",").some((tag) => tag.trim().replace(/^W\//, "") === `"${sha256}"`);
}

/** RFC 9110 §13.1.5: a part of what the asker has begun with, and of nothing else. There are no dates here to compare. */
function mayBePart(request: Request, { sha256 }: StoredFile): boolean {
  const begun = headerOf(request, "if-range");
  return begun === null || begun.trim() === `"${sha256}"`;
}

function notThere(c: ServerContext): ServerError {
  const path = c.req.path.length > 200 ? `${c.req.path.slice(0, 200)}…` : c.req.path;
  return new ServerError("not_found", `There is nothing at ${path}.`);
}
