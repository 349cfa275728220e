import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { Scope } from "../auth/scopes.ts";
import { SERVER_ERRORS, type ServerErrorCode } from "../error.ts";

/** A call of our own API as the OpenAPI document tells of it. */
export interface Described {
  method: "get" | "post" | "delete";
  /** Whole, with `{name}` for each of `params`. */
  path: string;
  /** Unique, and a name in every language that code is generated for: `listVersions`. */
  id: string;
  tag: string;
  summary: string;
  params?: z.ZodObject;
  /** Strict: a parameter that isn't known is refused rather than ignored. */
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Undefined: 204. */
  answer?: z.ZodType;
  /** The answer is a stream of events instead; this is what the `data` of one may be. OpenAPI 3.1 has no other words for it. */
  events?: z.ZodType;
  /** Statuses that `answer` comes with, where it isn't 200 alone. */
  statuses?: readonly number[];
  /** Besides those that every call may fail with. */
  errors?: readonly ServerErrorCode[];
  /** What a token needs; without one anybody may. */
  scope?: Scope;
  /** How often it is called isn't limited. */
  unlimited?: boolean;
}

export function routeOf(call: Described): RouteConfig {
  const { method, path, id, tag, summary, params, query, body, answer, events, statuses = [200] } = call;
  const content = events ? { "text/event-stream": { schema: events } } : answer && json(answer);
  const good = content
    ? statuses.map((status) => [status, { description: STATUS_WORDS[status] ?? "It worked.", content }])
    : [[204, { description: "It worked." }]];
  return createRoute({
    method,
    path,
    operationId: id,
    tags: [tag],
    summary,
    request: { params, query, ...(body && { body: { required: true, content: json(body) } }) },
    ...securityOf(call),
    responses: { ...failures(call), ...Object.fromEntries(good) },
  });
}

/** A token that isn't needed is looked at all the same, except where nobody counts. */
function securityOf({ scope, unlimited }: Described) {
  if (unlimited) return { security: [] };
  return scope ? { security: [{ bearer: [scope] }] } : {};
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  201: "It was made.",
  202: "It has begun, and goes on by itself.",
  503: "Not ready.",
};

const json = <S extends z.ZodType>(schema: S) => ({ "application/json": { schema } });

/** By status, each with the codes it may carry. */
function failures({ params, query, body, scope, errors = [], unlimited }: Described) {
  const codes = new Set<ServerErrorCode>(["internal", ...errors]);
  if (!unlimited) codes.add("too_many_requests").add("unauthorized").add("database_unavailable");
  // What was read may find no room.
  if (codes.has("not_loaded")) codes.add("database_full");
  if (params || query || body) codes.add("bad_request");
  if (body) codes.add("payload_too_large").add("unsupported_media_type");
  if (scope) codes.add("forbidden");
  const statuses = [...new Set([...codes].map((code) => SERVER_ERRORS[code]))].sort();
  return Object.fromEntries(statuses.map((status) => [status, failure(status, codes)]));
}

function failure(status: number, codes: ReadonlySet<ServerErrorCode>) {
  const those = [...codes].filter((code) => SERVER_ERRORS[code] === status).sort();
  const headers = status === 429 || status === 503 ? { headers: RETRY_AFTER } : {};
  return { description: `Code: ${those.join(", ")}.`, content: json(Failure), ...headers, "x-codes": those };
}

const RETRY_AFTER = z.object({ "Retry-After": z.string().optional().openapi({ description: "In seconds." }) });

const Failure = z
  .looseObject({
    error: z.looseObject({
      code: z.string().openapi({ description: "For programs; the codes of a call are listed with it." }),
      message: z.string().openapi({ description: "For people, a whole sentence." }),
    }),
    request_id: z.string().optional().openapi({ description: "Under this the server's log says more." }),
  })
  .openapi("Failure");
