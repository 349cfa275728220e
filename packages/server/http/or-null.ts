import { z } from "@hono/zod-openapi";

/** A named schema, or null. `nullable()` would make its name mean both wherever it is used. */
export function orNull<S extends z.ZodType>(schema: S) {
  return z.union([schema, z.null()]);
}
