import { chmod } from "node:fs/promises";
import { createServer, IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Logger } from "pino";
import type { ServerConfig } from "../config/schema.ts";
import { ServerError } from "../error.ts";
import { accessLog } from "./access-log.ts";
import { Answer } from "./answer.ts";
import { answerBrokenRequest, MOST_HEADER_BYTES } from "./broken-request.ts";
import { clientAddresses } from "./client-address.ts";
import { asServerError, wordFailure } from "./failure.ts";
import { addressWords, type ListenAddress, parseListenAddress } from "./listen-address.ts";
import type { ServerApp, ServerBindings } from "./parts.ts";
import { rememberHeaders } from "./request-header.ts";
import { requestId } from "./request-id.ts";
import { removeStaleSocket } from "./stale-socket.ts";

/** Milliseconds. A client has the first for its headers, the second for all of its request, whatever its speed. */
const TIMEOUTS = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  // Longer than the usual proxies keep theirs, so that it is they who end a connection.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
};
/** A connection on which nothing moves that long is ended: somebody asked, and doesn't read. */
const IDLE_MS = 120_000;
/** Requests that run when the server stops have this long. */
const STOP_WITHIN_MS = 10_000;
const SWEEP_EVERY_MS = 50;

export interface Listening extends AsyncDisposable {
  /** `http://127.0.0.1:8080` with the port that was taken, or `unix:/run/pawl/server.sock`. */
  address: string;
  /** 0 for a unix socket. */
  port: number;
  /** Accepts no more, finishes what runs for at most ten seconds, then cuts. May be called twice. */
  stop(): Promise<void>;
}

type HttpServer = Server<typeof IncomingMessage, typeof Answer>;

/** Times that tests shorten, in milliseconds. */
export interface ListenTimes {
  headersTimeout?: number;
  requestTimeout?: number;
  connectionsCheckingInterval?: number;
  stopWithin?: number;
}

/** Serves an application at `config.listen`. @throws config_invalid when it can't listen there */
export async function listen(
  app: Pick<ServerApp, "fetch">,
  config: Pick<ServerConfig, "listen" | "trusted_proxies">,
  log: Logger,
  { stopWithin = STOP_WITHIN_MS, ...times }: ListenTimes = {},
): Promise<Listening> {
  const wanted = parseListenAddress(config.listen);
  const addressOf = clientAddresses(config.trusted_proxies, (peer) => {
    const words = "a proxy on this machine isn't in trusted_proxies: whoever comes through it counts as this machine";
    log.warn({ proxy: peer }, words);
  });
  const answerByApp = getRequestListener(
    (request, env) => app.fetch(request, bindingsOf(request, env as HttpBindings)),
    {
      // Stands in for a Host header, which HTTP/1.0 doesn't have.
      hostname: "localhost",
      // Hono words the errors of routes; this is for what never became a request.
      errorHandler: (error) => wordFailure(asRequestError(error)),
    },
  );
  const noteAccess = accessLog(log);
  let isStopping = false;
  const isLast = () => isStopping;
  const server = createServer(
    { ...TIMEOUTS, ...times, IncomingMessage, ServerResponse: Answer, maxHeaderSize: MOST_HEADER_BYTES },
    (incoming, outgoing) => {
      outgoing.begin(requestId(incoming.headers["x-request-id"]), addressOf(incoming), isLast);
      noteAccess(incoming, outgoing);
      if (isRead(incoming) && incoming.url?.startsWith("//")) redirectToSingleSlash(incoming.url, outgoing);
      else answerByApp(incoming, outgoing);
    },
  );
  server.timeout = IDLE_MS;
  server.on("clientError", (error, socket) => answerBrokenRequest(error, socket as Socket));
  const taken = await listenAt(server, wanted);
  server.on("error", (err) => log.error({ err }, "listening failed"));

  let stopped: Promise<void> | null = null;
  const stop = () => {
    isStopping = true;
    stopped ??= close(server, stopWithin, log);
    return stopped;
  };
  return {
    address: addressWords(taken),
    port: taken.kind === "tcp" ? taken.port : 0,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function bindingsOf(request: Request, { incoming, outgoing }: HttpBindings): ServerBindings {
  rememberHeaders(request, incoming.headers);
  const { requestId, address } = outgoing as Answer;
  return { incoming, outgoing, requestId, address };
}

/** Old clients don't send a POST's body to another address again: theirs is served where it came. */
function isRead({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** An old client's address of the server ended in a slash. Only the path is sent back, so that it leads nowhere else. */
function redirectToSingleSlash(url: string, outgoing: Answer): void {
  outgoing.writeHead(301, { location: url.replace(/^[/\\]+/, "/"), "content-length": "0" });
  outgoing.end();
}

/** A target or a Host header that no URL can be made of. */
function asRequestError(error: unknown): ServerError {
  if (!(error instanceof Error) || (error.name !== "RequestError" && error.name !== "TypeError")) {
    return asServerError(error);
  }
  return new ServerError("bad_request", "This is no request that Pawl understands.", { cause: error });
}

/** Returns the address with the port that was taken. */
async function listenAt(server: HttpServer, address: ListenAddress): Promise<ListenAddress> {
  if (address.kind === "unix") await removeStaleSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const words = `Pawl can't listen on ${addressWords(address)}: ${reasonOf(cause)}.`;
      reject(new ServerError("config_invalid", words, { cause }));
    };
    server.once("error", fail);
    const where = address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
    server.listen(where, () => {
      server.off("error", fail);
      resolve();
    });
  });
  if (address.kind === "unix") {
    await chmod(address.path, 0o660);
    return address;
  }
  const taken = server.address();
  return typeof taken === "object" && taken ? { ...address, port: taken.port } : address;
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return "another program does so already";
  if (code === "EACCES") return "this user isn't allowed to";
  return code === "EADDRNOTAVAIL" || code === "ENOTFOUND" ? "this machine has no such address" : message;
}

async function close(server: HttpServer, within: number, log: Logger): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Connections that were busy when the server closed become idle one after the other.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY_MS);
  const cut = setTimeout(() => {
    log.warn({ after_ms: within }, "requests were cut off");
    server.closeAllConnections();
  }, within);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
