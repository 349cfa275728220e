import { type ClientOptions, type ServerClient, serverClient } from "../data/server.ts";

/** The server that a page talks to: its client, and what streams need. */
export interface ServerAt {
  options: ClientOptions;
  client: ServerClient;
}

export const serverAt = (options: ClientOptions): ServerAt => ({ options, client: serverClient(options) });
