import { z } from "zod";

const Duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, "a number and a unit: 90s, 10m, 1h, 14d")
  .transform((text) => Number.parseInt(text, 10) * UNIT_MS[text.replace(/^\d+/, "") as keyof typeof UNIT_MS]);
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const Name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "small letters, digits, - and _");
const HttpUrl = z
  .string()
  .regex(/^https?:\/\/[^\s?#]+$/, "an http or https address without ? and #")
  .transform((url) => url.replace(/\/+$/, ""));

const BranchConfig = z.strictObject({
  enabled: z.boolean().optional(),
  path: z.string().optional(),
  snapshot: z.boolean().optional(),
  branch_off_rev: z.int().positive().optional(),
});

/** What the file says over the facts that ship with Pawl (`catalog/data/<distribution>/`), or of a distribution of its own. */
export const DistributionConfig = z.strictObject({
  title: z.string().optional(),
  description: z.string().optional(),
  enabled: z.boolean().optional(),
  upstream_url: HttpUrl.optional(),
  branches: z.record(z.string(), BranchConfig).optional(),
  /** Where upstream has no .versions.json, or not all in it. Newest first. */
  versions: z.array(z.string()).optional(),
  stable_version: z.string().optional(),
  parent: z.strictObject({ distribution: Name, version: z.string() }).optional(),
  repositories: z.array(z.string()).optional(),
  keys: z.strictObject({ usign: z.array(z.string()).default([]), apk: z.array(z.string()).default([]) }).optional(),
  /** A folder of files like those in `catalog/data/openwrt/`, read over them. */
  data: z.string().optional(),
});
export type DistributionConfig = z.infer<typeof DistributionConfig>;

/** `pawl-server.yaml`, contract server.md §6. Durations are milliseconds once parsed. Every field has a default. */
export const ServerConfig = z.strictObject({
  listen: z.string().default("127.0.0.1:8080"),
  /** How others reach this server, where it isn't the address they asked. */
  public_url: HttpUrl.nullable().default(null),
  state_dir: z.string().default("/var/lib/pawl-server"),
  /** Defaults: folders below state_dir. */
  cache_dir: z.string().nullable().default(null),
  store_dir: z.string().nullable().default(null),
  contact: z.string().default(""),
  trusted_proxies: z.array(z.string()).default([]),
  log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") }).prefault({}),
  database: z
    .strictObject({
      /** Null: the embedded one, in state_dir. */
      url: z.string().nullable().default(null),
      /** Who the embedded one runs as when Pawl runs as root. */
      user: z.string().nullable().default(null),
      connections: z.int().min(2).max(100).default(10),
    })
    .prefault({}),
  catalog: z
    .strictObject({
      refresh: Duration.prefault("10m"),
      index_refresh: Duration.prefault("1h"),
      /** What nobody has asked for that long isn't refreshed any more. */
      wanted_for: Duration.prefault("14d"),
      parallel: z.int().min(1).max(64).default(8),
      load_timeout: Duration.prefault("8s"),
      request_timeout: Duration.prefault("30s"),
    })
    .prefault({}),
  compat: z
    .strictObject({
      asu_v1: z.strictObject({ distribution: Name.default("openwrt") }).prefault({}),
    })
    .prefault({}),
  builds: z
    .strictObject({
      allow_defaults: z.boolean().default(true),
      max_defaults_length: z.int().min(1).default(20_480),
      max_custom_rootfs_size_mb: z.int().min(1).default(1024),
      repository_allow_list: z.array(HttpUrl).default([]),
    })
    .prefault({}),
  limits: z
    .strictObject({
      requests_per_second: z.number().positive().default(20),
      burst: z.int().positive().default(200),
      /** Whether clients on this machine have no limit. */
      loopback_exempt: z.boolean().default(true),
      body_bytes: z.int().positive().default(1_048_576),
    })
    .prefault({}),
  static: z
    .strictObject({ network_profiles: z.string().nullable().default(null), chef: z.string().nullable().default(null) })
    .prefault({}),
  /** Null: those that ship with Pawl. An entry overrides one of them, or adds one. */
  distributions: z.record(Name, DistributionConfig).prefault({}),
});
export type ServerConfig = z.infer<typeof ServerConfig>;
