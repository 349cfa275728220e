import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { App } from "../app.ts";

export type HttpEnv = { Bindings: HttpBindings };
export type HttpContext = Context<HttpEnv>;

/**
 * What a call does to the device, which decides who may make it. `change-by-link` changes something by a mere GET, so
 * that only what no page can make a browser send counts: a token in a header.
 */
export type Effect = "read" | "change" | "change-by-link";

/** One row of the contract's table (device-api.md §1): a verb below an app's `/update/`. */
export interface Route {
  method: "GET" | "POST";
  path: string;
  effect: Effect;
  /** Throws UpdateError for every answer that isn't a success. */
  handle(c: HttpContext, app: App): Promise<Response>;
}

/** The success envelope. */
export function success(c: HttpContext, fields: object): Response {
  return c.json({ success: true, ...fields });
}
