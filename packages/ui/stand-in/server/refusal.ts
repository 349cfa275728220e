import type { ServerSchemas } from "../../data/server.ts";
import { Refusal, Reply } from "../calls.ts";

/** What the server says when it doesn't do what it was asked; `fields` are what the sentence is about. */
export function errorReply(
  status: number,
  code: string,
  message: string,
  { fields = {}, retryAfter }: { fields?: Record<string, unknown>; retryAfter?: number } = {},
): Reply {
  const body: ServerSchemas["Failure"] = { error: { code, message, ...fields }, request_id: "stand-in" };
  return new Reply(status, body, retryAfter === undefined ? {} : { "retry-after": String(retryAfter) });
}

export function refuse(...words: Parameters<typeof errorReply>): Refusal {
  return new Refusal(errorReply(...words));
}
