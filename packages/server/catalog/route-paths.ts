import { z } from "@hono/zod-openapi";

/** Names in a path or a filter: nothing that leads out of a folder or into another line. */
export const Name = z.string().regex(/^[\w.,+~-]{1,100}$/, "a name has letters, digits and . , + ~ - _");
/** What somebody types in a field of search. */
export const Query = z
  .string()
  .max(200)
  .default("")
  .openapi({ description: "Words in any order, as somebody types them." });

export const ofDistribution = z.object({ distribution: Name.openapi({ example: "openwrt" }) });
export const ofVersion = ofDistribution.extend({ version: Name.openapi({ example: "24.10.1" }) });
export const ofTarget = ofVersion.extend({
  target: Name.openapi({ example: "ath79" }),
  subtarget: Name.openapi({ example: "generic" }),
});

export const DISTRIBUTIONS = "/api/v2/distributions";
export const DISTRIBUTION = `${DISTRIBUTIONS}/{distribution}`;
export const VERSION = `${DISTRIBUTION}/versions/{version}`;
export const TARGET = `${VERSION}/targets/{target}/{subtarget}`;

export const ofCatalog = { tag: "catalog", method: "get" } as const;
/** How whatever asks upstream may fail. */
export const UPSTREAM = ["not_loaded", "upstream_refused"] as const;
