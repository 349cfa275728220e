import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { Logger } from "pino";
import type { HttpEnv } from "./route.ts";

/** Logs each request with an id that the caller gets too. Only the path: a query may hold a token. */
export function requestLog(log: Logger): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const began = performance.now();
    const request = randomUUID();
    c.header("X-Request-Id", request);
    c.header("Cache-Control", "no-store");
    await next();
    const { method, path } = c.req;
    const { status } = c.res;
    const ms = Math.round(performance.now() - began);
    const fields = { request, method, path, status, ms };
    if (status >= 500) log.error({ ...fields, err: c.error }, "request failed");
    else if (method === "GET" && status < 400) log.debug(fields, "request");
    else log.info(fields, "request");
  };
}
