import type { RouteConfig, z } from "@hono/zod-openapi";
import type { Scope } from "../auth/scopes.ts";
import type { TokenInfo } from "../auth/types.ts";
import { readJson } from "./body.ts";
import { clientKey, isLoopback, LOCAL } from "./client-address.ts";
import { type Described, routeOf } from "./described.ts";
import { eventStream, type ServerEvent } from "./event-stream.ts";
import { parseInput } from "./input.ts";
import type { ServerContext, ServerParts } from "./parts.ts";
import { Representation, send, sendOnce } from "./representation.ts";
import { headerOf } from "./request-header.ts";

type Fields = z.ZodObject;
type Nothing = z.ZodObject<Record<never, never>>;

/** A call of our own API: what it is named, takes, answers and may fail with, and what it does. */
export interface Definition<P extends Fields, Q extends Fields, B extends z.ZodType, A extends z.ZodType>
  extends Described {
  params?: P;
  query?: Q;
  body?: B;
  answer?: A;
  handle(input: Input<P, Q, B>, parts: ServerParts): Reply<z.input<A>> | Promise<Reply<z.input<A>>>;
}

export interface Input<P extends Fields, Q extends Fields, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  /** Whose call it is, where it came with a token. */
  token: TokenInfo | null;
  /** The call's path, which names what it asks for. */
  path: string;
  /** Whoever calls, for what is shared out among callers: a token, else an address (of IPv6 its network). */
  asker: string;
  /** On this machine, where the operator says that those have no limits. */
  isExempt: boolean;
  /** `Last-Event-ID`, by which a stream's reader says what it has seen. */
  lastEventId: string | null;
}

/**
 * `kept`: the same for all who ask until the digest changes, so it is made and compressed once. `shared`: what is made of the
 * same object is written once.
 */
export type Reply<T> =
  | { kind: "value"; value: T; status: number }
  | { kind: "shared"; of: object; make: () => T }
  | { kind: "kept"; digest: string; make: () => T }
  | { kind: "events"; events: (signal: AbortSignal) => AsyncIterable<ServerEvent> }
  | { kind: "nothing" };

export const value = <T>(value: T, status = 200): Reply<T> => ({ kind: "value", value, status });
export const shared = <T>(of: object, make: () => T): Reply<T> => ({ kind: "shared", of, make });
export const kept = <T>(digest: string, make: () => T): Reply<T> => ({ kind: "kept", digest, make });
export const events = (events: (signal: AbortSignal) => AsyncIterable<ServerEvent>): Reply<never> => ({
  kind: "events",
  events,
});
export const nothing: Reply<never> = { kind: "nothing" };

/** A definition with its types closed over. */
export interface Operation {
  method: "get" | "post" | "delete";
  path: string;
  scope: Scope | null;
  unlimited: boolean;
  /** For the OpenAPI document. */
  route: RouteConfig;
  /** @throws ServerError */
  serve(c: ServerContext, parts: ServerParts, token: TokenInfo | null): Promise<Response>;
}

export function operation<
  P extends Fields = Nothing,
  Q extends Fields = Nothing,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
>(definition: Definition<P, Q, B, A>): Operation {
  const { method, path, params, query, body, scope = null, unlimited = false } = definition;
  return {
    method,
    path,
    scope,
    unlimited,
    route: routeOf(definition),
    async serve(c, parts, token) {
      const address = c.env?.address ?? LOCAL;
      const input = {
        params: params && parseInput(params, c.req.param(), "path"),
        query: query && parseInput(query, c.req.query(), "query"),
        body: body && parseInput(body, await readJson(c, parts.config.limits.body_bytes), "body"),
        token,
        path: c.req.path,
        asker: token ? `token ${token.id}` : clientKey(address),
        isExempt: parts.config.limits.loopback_exempt && isLoopback(address),
        lastEventId: headerOf(c.req.raw, "last-event-id"),
      } as Input<P, Q, B>;
      return respond(c, parts, await definition.handle(input, parts), scope !== null);
    },
  };
}

const written = new WeakMap<object, Buffer<ArrayBuffer>>();

function respond(c: ServerContext, parts: ServerParts, reply: Reply<unknown>, isPrivate: boolean): Response {
  const cacheControl = isPrivate || c.req.method === "POST" ? "no-store" : "no-cache";
  switch (reply.kind) {
    case "nothing":
      return new Response(null, { status: 204 });
    case "events":
      return eventStream(reply.events, parts.stopping, (err) => {
        parts.log.warn({ err, request_id: c.env?.requestId, path: c.req.path }, "a stream of events broke off");
      });
    case "kept": {
      const { digest, make } = reply;
      const shown = parts.representations.get(`v2 ${c.req.path}`, digest, () => Representation.json(make()));
      return send(c.req.raw, shown, { cacheControl });
    }
    case "shared": {
      let bytes = written.get(reply.of);
      if (!bytes) {
        bytes = Buffer.from(JSON.stringify(reply.make()));
        written.set(reply.of, bytes);
      }
      return sendOnce(c.req.raw, bytes, { cacheControl });
    }
    case "value": {
      const { value, status } = reply;
      if (c.req.method !== "POST") return send(c.req.raw, Representation.json(value), { cacheControl, status });
      return sendOnce(c.req.raw, Buffer.from(JSON.stringify(value)), { cacheControl, status });
    }
  }
}
