import { type FailureCode, StreamEvent } from "@pawl/protocol";
import type * as z from "zod";
import type { Described, Endpoint } from "../route.ts";
import { errorResponses } from "./error-responses.ts";
import { inlined, refTo } from "./schemas.ts";

/** A call with its whole path. `{app}` in it stands for an app's name. */
export interface Call extends Described, Pick<Endpoint, "method" | "effect" | "takesTicket"> {
  path: string;
}

type Json = Record<string, unknown>;

/** A call as OpenAPI 3.1 describes it (OAS 3.1.1, 4.8.10). */
export function operationOf(call: Call): Json {
  const { summary, body } = call;
  return {
    operationId: operationId(call),
    tags: [tagOf(call)],
    summary,
    ...securityOf(call),
    ...parameters(call),
    ...(body && { requestBody: bodyOf(body) }),
    responses: { ...successes(call), ...errorResponses(codesOf(call)) },
  };
}

const NONE = {};
const HEADERS = [{ bearer: [] }, { api_key: [] }];

/** Where it isn't as for the whole API. */
function securityOf({ effect, takesTicket }: Call): Json {
  if (effect === "public") return { security: [] };
  // A page elsewhere can make a browser send its cookie; a header it can't.
  if (effect === "change-by-link") return { security: [NONE, ...HEADERS] };
  return takesTicket ? { security: [NONE, ...HEADERS, { session: [] }, { ticket: [] }] } : {};
}

const APP = { name: "app", in: "path", required: true, description: "As in pawl.yaml.", schema: { type: "string" } };

const LAST_EVENT_ID = {
  name: "Last-Event-ID",
  in: "header",
  description: "The id of the last event that was seen: the stream goes on after it.",
  schema: { type: "string" },
};

function parameters({ path, query, answer }: Call): Json {
  const { properties = {} } = query ? inlined(query) : {};
  const all = [
    ...(path.includes("{app}") ? [APP] : []),
    ...(answer === "events" ? [LAST_EVENT_ID] : []),
    ...Object.entries(properties as Record<string, Json>).map(([name, { description, ...schema }]) => ({
      name,
      in: "query",
      description,
      schema,
    })),
  ];
  return all.length === 0 ? {} : { parameters: all };
}

/** Required unless no body at all means something. */
function bodyOf(schema: z.ZodType): Json {
  const required = !schema.safeParse({}).success;
  return { required, content: { "application/json": { schema: refTo(schema) } } };
}

function successes({ answer, path }: Call): Json {
  if (answer === "events") {
    const description =
      "Server-sent events. The data of each is one StreamEvent; its id is `<update_id>:<n>`, and counts on over restarts.";
    const content = { "text/event-stream": { schema: refTo(StreamEvent) } };
    return {
      200: { description, content },
      204: { description: "Last-Event-ID is that of `done`: there is nothing more." },
    };
  }
  const schema = path.endsWith(".json") ? inlined(answer) : refTo(answer);
  return { 200: { description: "It worked.", content: { "application/json": { schema } } } };
}

function codesOf({ effect, body, path, codes = [] }: Call): FailureCode[] {
  const all: FailureCode[] = ["internal", "forbidden", ...codes];
  if (effect !== "public") all.push("unauthorized");
  if (effect === "change") all.push("disk_full", "not_writable");
  if (body) all.push("bad_request", "payload_too_large");
  if (path.includes("{app}")) all.push("unknown_app");
  return [...new Set(all)].sort();
}

function tagOf({ path }: Call): string {
  if (path.startsWith("/api/update/")) return "first app";
  return path.includes("{app}") ? "any app" : "device";
}

/** Unique, and a name in every language that code is generated for. */
function operationId({ method, path }: Call): string {
  const words = path.replace("/api/apps/{app}/update/", "app/").replace("/api/update/", "").replace("/api/", "");
  return `${method.toLowerCase()}_${words.replace(/[^a-z]+/g, "_")}`;
}
