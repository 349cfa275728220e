import type { Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { asUpdateError, UpdateError } from "../error.ts";
import { type Address, addressWords, isLocal, parseAddress } from "../listen-address.ts";
import { systemClock } from "../system/clock.ts";
import { Activity } from "./activity.ts";
import { answerBrokenRequest, NO_REQUEST } from "./broken-request.ts";
import { errorResponse } from "./error-answer.ts";
import { EventStreams } from "./event-streams.ts";
import { type HeldPort, newServer } from "./held-port.ts";
import { createHttpApp, type HttpAppParts } from "./http-app.ts";
import { JwtVerifier } from "./jwt.ts";
import { listenAt, listenToFd } from "./listen.ts";
import type { Pages } from "./pages/packed-pages.ts";

/** What still runs when the server closes has this long, in milliseconds. */
const CLOSE_WITHIN_MS = 1_500;
const LOOK_EVERY_MS = 20;

export interface ServeParts extends Omit<HttpAppParts, "streams" | "jwt" | "pages"> {
  /** Default: none. */
  pages?: Pages | null;
  /** As in pawl.yaml: where to listen when systemd doesn't do so for us. */
  listen: string;
  /** Sockets that systemd listens on for us, by their file descriptors: they are served instead. */
  sockets?: readonly number[];
  /** The port of `listen`, when it is held already. */
  held?: HeldPort | null;
  /** How often an idle stream shows that it is alive; default as the contract has it. */
  keepaliveMs?: number;
}

export interface Served {
  /** As in `listen`, with the port that was taken; several have commas between them. */
  address: string;
  /** Counts work that nobody has asked for as a call, for `untilQuiet`. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Ends once nobody has wanted anything for so many milliseconds: no connection, no call, nothing in the background of any
   * app. By then it listens no more, and nothing that it accepted is left without an answer. Rejects with the signal's reason.
   */
  untilQuiet(ms: number, signal: AbortSignal): Promise<void>;
  /** Ends the streams, then all else. Takes two seconds at most. */
  close(): Promise<void>;
}

/** One socket that is listened on. */
interface Door {
  server: Server;
  address: Address;
}

/**
 * Serves the API and the pages. Throws UpdateError `config_invalid` when it can't listen there, when a key file of `auth.jwt` can't be
 * used, or when others could reach it and nothing keeps them out.
 */
export async function serve({ keepaliveMs, listen, sockets = [], held = null, ...parts }: ServeParts): Promise<Served> {
  const { tokens, apps, log } = parts;
  const end = new AbortController();
  const { jwt: config } = parts.auth;
  const jwt = config ? await JwtVerifier.open(config, { clock: systemClock, signal: end.signal }) : null;
  const keepsOut = jwt !== null || (await tokens.list()).length > 0;
  const onFault = (err: unknown) => log.error({ err }, "progress stream failed");
  const streams = new EventStreams({ keepaliveMs, onFault });
  const settled = () => Promise.all(apps.map((app) => app.settled()));
  const activity = new Activity({ settled, clock: systemClock });
  const http = createHttpApp({ pages: null, ...parts, jwt, streams });
  const open = async (server: Server, listenOn: (server: Server) => Promise<Address>): Promise<Door> => {
    const listener = getRequestListener(
      (request, env) => activity.during(async () => http.fetch(request, { ...env, address: door.address })),
      {
        overrideGlobalObjects: false,
        // Stands in for a Host header that is missing; the guard still sees that it is.
        hostname: "localhost",
        errorHandler: (error) => errorResponse(asRequestError(error)),
      },
    );
    // Until the socket has said where it is, everybody is a stranger.
    const door: Door = { server, address: EVERYWHERE };
    activity.watch(server);
    server.on("clientError", answerBrokenRequest);
    server.on("request", listener);
    door.address = await listenOn(server);
    server.on("error", (err) => log.error({ err }, "listening failed"));
    return door;
  };
  const doors: Door[] = [];
  const closeAll = async () => {
    end.abort(new Error("the API ends"));
    const servers = doors.map(({ server }) => server);
    await close(servers, streams);
  };
  try {
    if (sockets.length > 0) {
      // Whoever woke us may have read it just now.
      await tokens.keepCliToken();
      for (const fd of sockets) doors.push(await open(newServer(), (server) => listenToFd(server, fd)));
      for (const { address } of doors) assertKept(address, keepsOut);
    } else {
      const address = parseAddress(listen);
      assertKept(address, keepsOut);
      doors.push(
        held
          ? await open(held.server, async () => held.address)
          : await open(newServer(), (server) => listenAt(server, address)),
      );
      held?.release();
      // Not before: a daemon that finds its address taken must leave the token of the one that runs alone.
      await tokens.renewCliToken();
    }
  } catch (error) {
    await closeAll();
    throw error;
  }
  return {
    address: doors.map(({ address }) => addressWords(address)).join(", "),
    during: (work) => activity.during(work),
    untilQuiet: (ms, signal) => activity.untilQuiet(ms, () => stopListening(doors), signal),
    close: closeAll,
  };
}

const EVERYWHERE: Address = { kind: "tcp", host: "0.0.0.0", port: 0 };

/** What knocks from now on waits in the socket's own queue, if that isn't ours. */
function stopListening(doors: readonly Door[]): void {
  for (const { server } of doors) server.close();
}

async function close(servers: readonly Server[], streams: EventStreams): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  streams.close();
  // Node 18 leaves connections open that become idle while it closes.
  const sweep = setInterval(() => {
    for (const server of servers) server.closeIdleConnections();
  }, LOOK_EVERY_MS);
  const cut = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, CLOSE_WITHIN_MS);
  await Promise.all(closed);
  clearInterval(sweep);
  clearTimeout(cut);
}

/** Thrown before the request reached a route: its target or its Host can't be read. */
function asRequestError(error: unknown): UpdateError {
  if (!(error instanceof Error) || error.name !== "RequestError") return asUpdateError(error);
  return new UpdateError("bad_request", NO_REQUEST, { cause: error });
}

/** Throws UpdateError `config_invalid` when others can reach it, and nothing keeps them out. */
function assertKept(address: Address, keepsOut: boolean): void {
  if (keepsOut || isLocal(address)) return;
  throw new UpdateError(
    "config_invalid",
    `Others can reach ${addressWords(address)}, and there is no token that would keep them out. Make one with ` +
      "`pawl token create <name>`, set auth.jwt, or listen on 127.0.0.1 or a unix socket.",
  );
}
