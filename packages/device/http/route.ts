import type { HttpBindings } from "@hono/node-server";
import type { FailureCode } from "@pawl/protocol";
import type { Context } from "hono";
import type * as z from "zod";
import type { App } from "../app.ts";
import type { Address } from "../listen-address.ts";

/** `address`: where the socket listens that a call came in on. */
export type HttpEnv = { Bindings: HttpBindings & { address: Address } };
export type HttpContext = Context<HttpEnv>;

/**
 * What a call does to the device, which decides who may make it. `change-by-link` changes something by a mere GET, so
 * that only what no page can make a browser send counts: a token in a header. `public` is for everybody, on every device
 * the same.
 */
export type Effect = "public" | "read" | "change" | "change-by-link";

/** A call in words and schemas: what its description for other programs is made of (`openapi/`). */
export interface Described {
  /** Half a sentence that a list can show. */
  summary: string;
  /** None: it takes no body. */
  body?: z.ZodType;
  /** What its query may hold; all of it may be left out. */
  query?: z.ZodObject;
  /** `events`: a stream of server-sent ones. */
  answer: z.ZodType | "events";
  /** How it may fail besides in the ways that all calls may. */
  codes?: readonly FailureCode[];
}

/** One row of the contract's table (device-api.md §1): a verb below an app's `/update/`. */
export interface Route extends Described {
  method: "GET" | "POST";
  path: string;
  effect: Effect;
  /** A ticket counts for its GET (`tickets.ts`). */
  takesTicket?: boolean;
  /** Throws UpdateError for every answer that isn't a success. */
  handle(c: HttpContext, app: App): Promise<Response>;
}

/** What answers to one method of a path. */
export interface Endpoint {
  method: "GET" | "POST" | "DELETE";
  effect: Effect;
  takesTicket?: boolean;
  handle(c: HttpContext): Promise<Response>;
}

/** The success envelope. */
export function success(c: HttpContext, fields: object): Response {
  return c.json({ success: true, ...fields });
}
