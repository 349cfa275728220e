import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Address, parseAddress } from "../listen-address.ts";
import { MOST_HEADER_BYTES } from "./broken-request.ts";
import { listenAt } from "./listen.ts";

/** From the first byte of a request to its last, in milliseconds. */
const REQUEST_WITHIN_MS = 30_000;
/** Node 20 and later would refuse a request without Host by themselves, and not in JSON. */
const SERVER_OPTIONS = {
  requestTimeout: REQUEST_WITHIN_MS,
  requireHostHeader: false,
  maxHeaderSize: MOST_HEADER_BYTES,
};

/** Ports below are for root alone (ip(7), ip_unprivileged_port_start). */
const FIRST_FREE_PORT = 1024;

/** A port that is listened on before anything can be answered: requests wait until they are released. Disposing closes it. */
export interface HeldPort extends AsyncDisposable {
  server: Server;
  address: Address;
  /** Passes what has waited to whoever answers the server's requests by now. */
  release(): void;
}

/** A server of the API that listens nowhere yet. */
export function newServer(): Server {
  return createServer(SERVER_OPTIONS);
}

/**
 * Takes the port of `listen` for a process that may do so only as long as it is root; null for one that any user may take.
 * Throws UpdateError `config_invalid` when it can't be had.
 */
export async function holdPort(listen: string): Promise<HeldPort | null> {
  const address = parseAddress(listen);
  return address.kind === "tcp" && address.port > 0 && address.port < FIRST_FREE_PORT ? hold(address) : null;
}

/** Listens there and lets requests wait. Throws as `holdPort`. */
export async function hold(address: Address): Promise<HeldPort> {
  const server = newServer();
  const waiting: [IncomingMessage, ServerResponse][] = [];
  const wait = (request: IncomingMessage, response: ServerResponse) => void waiting.push([request, response]);
  server.on("request", wait);
  return {
    server,
    address: await listenAt(server, address),
    release: () => {
      server.off("request", wait);
      for (const [request, response] of waiting.splice(0)) server.emit("request", request, response);
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
