import type { Client } from "openapi-fetch";
import { answersWords as words } from "../words/answers.ts";
import { apiClient, type ClientOptions } from "./client.ts";
import type { ReadFailure } from "./failure.ts";
import type { components, paths } from "./server-api.ts";

export { answerOf, type ClientOptions } from "./client.ts";
export { ApiFailure } from "./failure.ts";

/** The schemas of the server's API, by their names: `ServerSchemas["Version"]`. */
export type ServerSchemas = components["schemas"];
export type ServerClient = Client<paths>;

/** The server's API, typed by its own description. It waits up to 8 s for a mirror itself, so calls have 15 s. */
export function serverClient(options: ClientOptions): ServerClient {
  return apiClient<paths>(options, readServerFailure);
}

/** As much of what somebody typed, or pasted, as the API looks for. */
export const askable = (typed: string) => typed.slice(0, 200);

/** What it says that refuses; or, in other words, why it isn't ready: `not_ready`, with the `checks`. */
export const readServerFailure: ReadFailure = (body) => {
  const { error, request_id, status, checks } = (body ?? {}) as Partial<
    ServerSchemas["Failure"] & ServerSchemas["Ready"]
  >;
  if (status === "not_ready") return { code: "not_ready", message: words.notReady, fields: { checks } };
  if (typeof error?.code !== "string" || typeof error.message !== "string") return null;
  const { code, message, ...fields } = error;
  return { code, message, fields, requestId: request_id ?? null };
};
