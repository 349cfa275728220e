import { chmod } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { asUpdateError, UpdateError } from "../error.ts";
import { type Address, addressWords, isLocal, parseAddress } from "../listen-address.ts";
import { systemClock } from "../system/clock.ts";
import { errorResponse } from "./error-answer.ts";
import { EventStreams } from "./event-streams.ts";
import { createHttpApp, type HttpAppParts } from "./http-app.ts";
import { JwtVerifier } from "./jwt.ts";
import { removeStaleSocket } from "./stale-socket.ts";

/** From the first byte of a request to its last, in milliseconds. */
const REQUEST_WITHIN_MS = 30_000;
/** Of a request, with its first line. */
const MOST_HEADER_BYTES = 16 * 1024;
/** Node 20 and later would refuse a request without Host by themselves, and not in JSON. */
const SERVER_OPTIONS = {
  requestTimeout: REQUEST_WITHIN_MS,
  requireHostHeader: false,
  maxHeaderSize: MOST_HEADER_BYTES,
};
/** What still runs when the server closes has this long, in milliseconds. */
const CLOSE_WITHIN_MS = 1_500;
const LOOK_EVERY_MS = 20;
const NO_REQUEST = "This is no request that Pawl understands.";

export interface ServeParts extends Omit<HttpAppParts, "streams" | "jwt"> {
  /** How often an idle stream shows that it is alive; default as the contract has it. */
  keepaliveMs?: number;
}

export interface Served {
  /** As in `listen`, with the port that was taken. */
  address: string;
  /** Ends the streams, then all else. Takes two seconds at most. */
  close(): Promise<void>;
}

/**
 * Serves the API. Throws UpdateError `config_invalid` when it can't listen there, when a key file of `auth.jwt` can't be
 * used, or when others could reach it and nothing keeps them out.
 */
export async function serve({ keepaliveMs, ...parts }: ServeParts): Promise<Served> {
  const address = parseAddress(parts.listen);
  const end = new AbortController();
  const { jwt: config } = parts.auth;
  const jwt = config ? await JwtVerifier.open(config, { clock: systemClock, signal: end.signal }) : null;
  if (!isLocal(address) && jwt === null && (await parts.tokens.list()).length === 0) throw reachableByAll(parts.listen);
  const onFault = (err: unknown) => parts.log.error({ err }, "progress stream failed");
  const streams = new EventStreams({ keepaliveMs, onFault });
  const http = createHttpApp({ ...parts, jwt, streams });
  const listener = getRequestListener(http.fetch, {
    overrideGlobalObjects: false,
    // Stands in for a Host header that is missing; the guard still sees that it is.
    hostname: "localhost",
    errorHandler: (error) => errorResponse(asRequestError(error)),
  });
  const server = createServer(SERVER_OPTIONS, listener);
  server.on("clientError", answerBrokenRequest);
  await listen(server, address);
  // Not before: a daemon that finds its address taken must leave the token of the one that runs alone.
  await parts.tokens.renewCliToken().catch(async (error) => {
    await close(server, streams);
    throw error;
  });
  const taken = server.address();
  const port = typeof taken === "object" ? taken?.port : undefined;
  return {
    address: addressWords(address.kind === "tcp" && port !== undefined ? { ...address, port } : address),
    close: () => {
      end.abort(new Error("the API ends"));
      return close(server, streams);
    },
  };
}

async function listen(server: Server, address: Address): Promise<void> {
  if (address.kind === "unix") await removeStaleSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(cannotListen(address, cause)));
    server.listen(
      address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port },
      resolve,
    );
  });
  if (address.kind === "unix") await chmod(address.path, 0o660);
}

async function close(server: Server, streams: EventStreams): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  streams.close();
  // Node 18 leaves connections open that become idle while it closes.
  const sweep = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS);
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

/** What isn't HTTP, or came too slowly, gets its answer past Hono. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const isTooLong = error.code === "HPE_HEADER_OVERFLOW";
  const [status, words, code] = isTooLong
    ? [
        "431 Request Header Fields Too Large",
        `The headers are longer than ${MOST_HEADER_BYTES / 1024} kB.`,
        "payload_too_large",
      ]
    : ["400 Bad Request", NO_REQUEST, "bad_request"];
  const body = JSON.stringify({ success: false, error: words, code });
  const head = [`HTTP/1.1 ${status}`, "Connection: close", "Content-Type: application/json"];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));
}

/** Thrown before the request reached a route: its target or its Host can't be read. */
function asRequestError(error: unknown): UpdateError {
  if (!(error instanceof Error) || error.name !== "RequestError") return asUpdateError(error);
  return new UpdateError("bad_request", NO_REQUEST, { cause: error });
}

function reachableByAll(listen: string): UpdateError {
  return new UpdateError(
    "config_invalid",
    `Others can reach ${listen}, and there is no token that would keep them out. Make one with ` +
      "`pawl token create <name>`, set auth.jwt, or listen on 127.0.0.1 or a unix socket.",
  );
}

function cannotListen(address: Address, cause: Error): UpdateError {
  const code = "code" in cause ? cause.code : null;
  const why =
    code === "EADDRINUSE"
      ? "another program does so already"
      : code === "EACCES"
        ? "this user isn't allowed to"
        : cause.message;
  return new UpdateError("config_invalid", `Pawl can't listen on ${addressWords(address)}: ${why}.`, { cause });
}
