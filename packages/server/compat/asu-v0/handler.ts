import { ServerError } from "../../error.ts";
import { readJson } from "../../http/body.ts";
import { asServerError, isOurs } from "../../http/failure.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { type Asked, refusal } from "./answers.ts";
import type { Fields } from "./fields.ts";

export type Handler = (c: ServerContext) => Promise<Response>;

/**
 * A handler whose failures are worded as this dialect does; the server's own go to the log. Not `onError`: Hono calls
 * that through a chain of promises that a single handler doesn't need.
 */
export function worded({ log }: Pick<ServerParts, "log">, handle: Handler): Handler {
  return async (c) => {
    try {
      return await handle(c);
    } catch (error) {
      const failure = asServerError(error);
      if (isOurs(failure)) {
        log.error({ request_id: c.env?.requestId, path: c.req.path, err: error }, "request failed");
      }
      return refusal(failure);
    }
  };
}

/** Does it, and repeats in a refusal what the client itself called things. */
export async function inWordsOf(asked: Asked, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ServerError && error.status < 500) return refusal(error, asked);
    throw error;
  }
}

/** The object in a request's body, whatever type it is declared as. @throws bad_request, payload_too_large */
export async function readFields(c: ServerContext, { config }: Pick<ServerParts, "config">): Promise<Fields> {
  const body = await readJson(c, config.limits.body_bytes);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Fields;
  throw new ServerError("bad_request", "The body has to be a JSON object.");
}
