import type { ServerSchemas } from "../../../data/server.ts";
import { type Asked, Reply } from "../../calls.ts";
import type { Builds } from "../builds/builds.ts";
import { Collection } from "../collection.ts";
import { queueOf, type Workforce, workersOf } from "../operator.ts";
import { refuse } from "../refusal.ts";
import type { ServerCalls } from "./types.ts";

export interface OperatorParts {
  builds: Builds;
  workers: Workforce;
  /** What `health/ready` complains about. */
  troubles: Readonly<Record<string, string>>;
  now(): Date;
}

const SERVER = {
  name: "pawl",
  version: "0.1.0",
  public_url: null,
  contact: "admin@updates.example",
  distributions: ["openwrt", "meshwrt"],
  limits: { body_bytes: 1_048_576, burst: 100, requests_per_second: 20 },
  builds: {
    ...{ allow_defaults: true, max_custom_rootfs_size_mb: 1_024, max_defaults_length: 20_480 },
    repository_allow_list: ["https://feeds.example/"],
  },
} satisfies ServerSchemas["Server"];

const CHECKS = ["database", "store", "queue", "catalog"] as const;

/** The server itself, who builds for it, and its tokens. */
export function operatorCalls({ builds, workers, troubles, now }: OperatorParts) {
  const tokens = new Map<string, ServerSchemas["Token"]>([["1", token("1", "dashboard", ["stats:read"], now())]]);
  const collection = new Collection(builds, now);
  const all = () => workersOf(builds, workers, now());
  return {
    "GET /api/v2/server": () => SERVER,
    "GET /health/live": () => ({ status: "ok" }),
    "GET /health/ready": () => {
      const checks = CHECKS.map((name) => ({ name, trouble: troubles[name] ?? null }));
      const isReady = checks.every(({ trouble }) => trouble === null);
      return new Reply<ServerSchemas["Ready"]>(isReady ? 200 : 503, {
        status: isReady ? "ready" : "not_ready",
        checks,
      });
    },
    "GET /api/v2/workers": () => ({ items: all(), next: null }),
    "GET /api/v2/queue": () => queueOf(builds, all()),
    "GET /api/v2/gc": () => collection.last(),
    "POST /api/v2/gc": ({ body }: Asked<{ dry_run?: boolean } | undefined>) => collection.run(body?.dry_run ?? false),
    "GET /api/v2/tokens": () => ({ items: [...tokens.values()], next: null }),
    "POST /api/v2/tokens": ({ body: { name, scopes } }: Asked<ServerSchemas["NewToken"]>) => {
      const made = token(String(tokens.size + 1), name, scopes, now());
      tokens.set(made.id, made);
      return new Reply<ServerSchemas["MadeToken"]>(201, { ...made, token: "pawl_new-and-shown-only-now" });
    },
    "DELETE /api/v2/tokens/{token}": ({ path }: Asked) => {
      if (!tokens.delete(path.token ?? "")) throw refuse(404, "not_found", "There is no such token.");
      return new Reply(204, null);
    },
    "POST /api/v2/upgrade-checks": () => {
      throw refuse(503, "not_loaded", "The stand-in checks no upgrades.", { retryAfter: 60 });
    },
  } satisfies Partial<ServerCalls>;
}

function token(id: string, name: string, scopes: ServerSchemas["Scope"][], now: Date): ServerSchemas["Token"] {
  const created_at = new Date(now.getTime() - 40 * 86_400_000).toISOString();
  return { id, name, scopes, created_at, expires_at: null, last_used_at: now.toISOString() };
}
