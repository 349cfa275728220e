import { z } from "@hono/zod-openapi";
import { asServerError } from "./failure.ts";
import { operation, value } from "./operation.ts";
import type { HealthCheck, ServerParts } from "./parts.ts";

/** A probe is answered within this time, in milliseconds. */
const PROBE_MS = 2_000;

const Server = z
  .object({
    name: z.literal("pawl"),
    version: z.string(),
    contact: z.string(),
    public_url: z.string().nullable(),
    distributions: z.array(z.string()),
    limits: z.object({
      requests_per_second: z.number(),
      burst: z.int(),
      body_bytes: z.int(),
    }),
    builds: z.object({
      allow_defaults: z.boolean(),
      max_defaults_length: z.int(),
      max_custom_rootfs_size_mb: z.int(),
      repository_allow_list: z.array(z.string()),
    }),
  })
  .openapi("Server");

const Live = z.object({ status: z.literal("ok") }).openapi("Live");

const Ready = z
  .object({
    status: z.enum(["ready", "not_ready"]),
    checks: z.array(
      z.object({ name: z.string(), trouble: z.string().nullable().openapi({ description: "Null: all is well." }) }),
    ),
  })
  .openapi("Ready");

export const serverOperations = [
  operation({
    method: "get",
    path: "/api/v2/server",
    id: "getServer",
    tag: "server",
    summary: "This server: its version, what it serves, and its limits",
    answer: Server,
    handle: (_, { config, version, catalog }) =>
      value({
        name: "pawl" as const,
        version,
        contact: config.contact,
        public_url: config.public_url,
        distributions: catalog.distributions.map(({ name }) => name),
        limits: {
          requests_per_second: config.limits.requests_per_second,
          burst: config.limits.burst,
          body_bytes: config.limits.body_bytes,
        },
        builds: config.builds,
      }),
  }),
  operation({
    method: "get",
    path: "/health/live",
    id: "isLive",
    tag: "server",
    summary: "Whether the process answers",
    unlimited: true,
    answer: Live,
    handle: () => value({ status: "ok" as const }),
  }),
  operation({
    method: "get",
    path: "/health/ready",
    id: "isReady",
    tag: "server",
    summary: "Whether requests should be sent here: the database answers, and something of a catalog is there",
    unlimited: true,
    answer: Ready,
    statuses: [200, 503],
    async handle(_, parts) {
      const all: HealthCheck[] = [
        ...parts.health,
        { name: "catalog", isNeeded: true, check: (signal) => catalogTrouble(parts, signal) },
      ];
      const checks = await Promise.all(all.map(probe));
      const isReady = checks.every(({ trouble }, at) => trouble === null || all[at]?.isNeeded === false);
      return value({ status: isReady ? ("ready" as const) : ("not_ready" as const), checks }, isReady ? 200 : 503);
    },
  }),
];

async function probe({
  name,
  check,
}: Pick<HealthCheck, "name" | "check">): Promise<{ name: string; trouble: string | null }> {
  const signal = AbortSignal.timeout(PROBE_MS);
  const late = new Promise<string>((resolve) => {
    signal.addEventListener("abort", () => resolve(`It did not answer within ${PROBE_MS / 1000} s.`), { once: true });
  });
  try {
    return { name, trouble: await Promise.race([check(signal), late]) };
  } catch (error) {
    return { name, trouble: asServerError(error).message };
  }
}

/** Stale is well enough, as it is served; nothing at all isn't. One distribution that can be served is worth a request. */
async function catalogTrouble({ catalog }: ServerParts, signal: AbortSignal): Promise<string | null> {
  if (catalog.distributions.length === 0) return "No distribution is configured.";
  try {
    await Promise.any(catalog.distributions.map(({ name }) => catalog.releases(name, signal)));
    return null;
  } catch (error) {
    return asServerError(error instanceof AggregateError ? error.errors[0] : error).message;
  }
}
