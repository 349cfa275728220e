import { isIP } from "node:net";
import { resolve } from "node:path";
import { Duration } from "@pawl/protocol";
import * as z from "zod";

const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "must be a name of small letters, digits, - and _")
  .refine((name) => !RESERVED.has(name), "must not be v1, releases, snapshots or custom: their addresses are taken");

/** They share `/json/…` with the distributions: contract server.md §1. */
const RESERVED = new Set(["v1", "releases", "snapshots", "custom"]);

const HttpUrl = z
  .string()
  .regex(/^https?:\/\/[^\s?#]+$/, "must be an http or https address without ? and #")
  .refine((url) => URL.canParse(url), "must be an http or https address without ? and #")
  .transform((url) => url.replace(/\/+$/, ""));

/** One that others are told. */
const ShownUrl = HttpUrl.refine(
  (url) => new URL(url).username === "" && new URL(url).password === "",
  "must be an address without a user's name or password: everybody is told it",
);

/** A relative one counts from where the server is started. */
const Path = z
  .string()
  .regex(/^[^\0]+$/, "must be a path")
  .transform((path) => resolve(path));

/** `10m`, at least so many milliseconds. */
const AtLeast = (ms: number, words: string) => Duration.refine((given) => given >= ms, `must be at least ${words}`);

/** `256MB`; bytes once parsed. */
const Megabytes = z
  .string()
  .regex(/^[1-9]\d{0,5}MB$/, "must be a size such as 256MB")
  .transform((text) => Number.parseInt(text, 10) * 1024 * 1024);

/** 0 to 65535. */
const PORT = "(\\d{1,4}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";

const Listen = z
  .string()
  .regex(
    new RegExp(`^(unix:/.+|(\\[[0-9a-fA-F:.]+\\]|[\\w.-]*):${PORT})$`),
    "must be an address such as 127.0.0.1:8080, :8080 or unix:/run/pawl/server.sock",
  );

/** Of one build. */
const BuildLimitsConfig = z.strictObject({
  // The queue believes in no job for longer than a day, fetching and storing included.
  time: AtLeast(1_000, "1s")
    .refine((ms) => ms <= 20 * 3_600_000, "must be at most 20h")
    .prefault("10m"),
  memory: Megabytes.prefault("2048MB"),
  disk: Megabytes.prefault("4096MB"),
  processes: z.int().min(16).default(512),
  /** Of output that is kept: its beginning and its end. */
  log: Megabytes.prefault("2MB"),
});

/** A store of the S3 protocol. */
const S3StoreConfig = z.strictObject({
  /** Null: AWS's own. */
  endpoint: HttpUrl.nullable().default(null),
  region: z.string().min(1).default("us-east-1"),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be a bucket's name"),
  /** In front of every object's name: `pawl/`. */
  prefix: z
    .string()
    .regex(/^([\w.-]+\/)*$/, "must be empty, or end with a slash")
    .default(""),
  /** Null, both: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. */
  access_key_id: z.string().nullable().default(null),
  secret_access_key: z.string().nullable().default(null),
  /** The bucket's name in the path instead of the host's name. */
  path_style: z.boolean().default(true),
  /** Where others fetch objects from, by a redirect; null: through this server. */
  public_url: ShownUrl.nullable().default(null),
});

/** What protects the machine that builds. Never wider than what a build asks for: contract server.md §4. */
export const WorkerConfig = z.strictObject({
  /** What lists of workers show; null: the machine's name. */
  name: z
    .string()
    .regex(/^[\x20-\x7e]{1,100}$/, "must be a name of at most 100 ASCII characters")
    .nullable()
    .default(null),
  /** Builds at a time. */
  parallel: z.int().min(1).max(256).default(1),
  /** Targets it builds for, `ath79/*` and `*` included. */
  targets: z
    .array(z.string().regex(/^[\w*-]+(\/[\w*-]+)?$/, "must be a target such as ath79/generic, ath79/* or *"))
    .default(["*"]),
  /** `none`: builds run as they are, with nothing between them and this machine but their limits. */
  sandbox: z.enum(["bubblewrap", "none"]).default("bubblewrap"),
  /** Who builds run as when the worker is root. */
  user: z.string().default("pawl-build"),
  /** ImageBuilders that are kept, in all. */
  imagebuilder_cache: Megabytes.prefault("20480MB"),
  /** Package files that are kept, in all. */
  package_cache: Megabytes.prefault("2048MB"),
  /** Where one of these is smaller than a build's own, it counts. */
  limits: z
    .strictObject({
      time: Duration.optional(),
      memory: Megabytes.optional(),
      disk: Megabytes.optional(),
      processes: z.int().min(16).optional(),
    })
    .prefault({}),
  /** How long builds may go on after the server is told to stop. */
  grace: Duration.prefault("0s"),
});
export type WorkerConfig = z.infer<typeof WorkerConfig>;

/** What `X-Forwarded-For` is believed from. */
const TrustedProxy = z
  .string()
  .refine(
    (text) => text === "local" || isAddressOrNetwork(text),
    "must be an address, a network such as 10.0.0.0/8, or local (for a unix socket)",
  );

function isAddressOrNetwork(text: string): boolean {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && (bits === undefined || Number(bits) <= (family === 4 ? 32 : 128));
}

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
  /** What repository files in ImageBuilders call the upstream; left out where it is the same. */
  canonical_url: ShownUrl.optional(),
  branches: z.record(z.string(), BranchConfig).optional(),
  /** Where upstream has no .versions.json, or not all in it. Newest first. */
  versions: z.array(z.string()).optional(),
  stable_version: z.string().optional(),
  parent: z.strictObject({ distribution: Name, version: z.string() }).optional(),
  repositories: z.array(z.string()).optional(),
  keys: z.strictObject({ usign: z.array(z.string()).default([]), apk: z.array(z.string()).default([]) }).optional(),
  /** A folder of files like those in `catalog/data/openwrt/`, read over them. */
  data: Path.optional(),
});
export type DistributionConfig = z.infer<typeof DistributionConfig>;

/** `pawl-server.yaml`, contract server.md §6. Durations are milliseconds once parsed. Every field has a default. */
export const ServerConfig = z.strictObject({
  listen: Listen.default("127.0.0.1:8080"),
  /** How others reach this server, where it isn't the address they asked. */
  public_url: ShownUrl.nullable().default(null),
  state_dir: Path.prefault("/var/lib/pawl-server"),
  /** Defaults: folders below state_dir. */
  cache_dir: Path.nullable().default(null),
  store_dir: Path.nullable().default(null),
  contact: z.string().default(""),
  trusted_proxies: z.array(TrustedProxy).default([]),
  log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") }).prefault({}),
  database: z
    .strictObject({
      /** Null: the embedded one, in state_dir. */
      url: z
        .string()
        .regex(/^postgres(ql)?:\/\/\S+$/, "must be an address such as postgresql://user:password@host/name")
        .nullable()
        .default(null),
      /** Who the embedded one runs as when Pawl runs as root. */
      user: z.string().nullable().default(null),
      connections: z.int().min(2).max(100).default(10),
    })
    .prefault({}),
  catalog: z
    .strictObject({
      refresh: AtLeast(100, "100ms").prefault("10m"),
      index_refresh: AtLeast(100, "100ms").prefault("1h"),
      /** What nobody has asked for that long isn't refreshed any more. */
      wanted_for: Duration.prefault("14d"),
      parallel: z.int().min(1).max(64).default(8),
      load_timeout: Duration.prefault("8s"),
      request_timeout: AtLeast(100, "100ms").prefault("30s"),
      /** For all that is kept in memory to answer from. Null: a quarter of what the heap may grow to, at most 512MB. */
      memory: Megabytes.nullable().default(null),
    })
    .prefault({}),
  compat: z
    .strictObject({
      asu_v1: z
        .strictObject({
          distribution: Name.default("openwrt"),
          /** What devices are told as the download server's address, where they don't reach it by the catalog's. */
          upstream_url: ShownUrl.nullable().default(null),
        })
        .prefault({}),
    })
    .prefault({}),
  builds: z
    .strictObject({
      allow_defaults: z.boolean().default(true),
      max_defaults_length: z.int().min(1).default(20_480),
      max_custom_rootfs_size_mb: z.int().min(1).default(1024),
      repository_allow_list: z.array(HttpUrl).default([]),
      /** Kept so long after its end: one that was asked for with versions of its packages, one without, one with a first-boot script. */
      ttl: AtLeast(1_000, "1s").prefault("7d"),
      ttl_unversioned: AtLeast(1_000, "1s").prefault("1d"),
      defaults_ttl: AtLeast(1_000, "1s").prefault("30m"),
      /** A failure that nobody can help is given as an answer so long. */
      failure_ttl: AtLeast(1_000, "1s").prefault("1h"),
      /** Builds that may wait; who comes after them is asked to come again. */
      max_pending: z.int().min(1).default(200),
      /** Of one client; its further ones wait until one of these has begun. */
      in_line_per_client: z.int().min(1).default(3),
      limits: BuildLimitsConfig.prefault({}),
    })
    .prefault({}),
  store: z
    .strictObject({
      /** For all that is kept: what nobody has wanted for longest goes first. */
      budget: Megabytes.prefault("20480MB"),
      /** Null: the folder `store_dir`. */
      s3: S3StoreConfig.nullable().default(null),
    })
    .prefault({}),
  gc: z
    .strictObject({
      /** How often what isn't kept any longer is removed. */
      every: AtLeast(1_000, "1s").prefault("1h"),
    })
    .prefault({}),
  worker: WorkerConfig.extend({
    /** Whether this server builds by itself, or leaves it to workers of their own. */
    embedded: z.boolean().default(true),
  }).prefault({}),
  limits: z
    .strictObject({
      requests_per_second: z.number().positive().default(20),
      burst: z.int().positive().default(200),
      /** That a caller of `/api/v2` may begin. */
      new_builds_per_hour: z.int().positive().default(60),
      /** Whether clients on this machine have no limit. */
      loopback_exempt: z.boolean().default(true),
      body_bytes: z.int().positive().default(1_048_576),
    })
    .prefault({}),
  static: z
    .strictObject({ network_profiles: Path.nullable().default(null), chef: Path.nullable().default(null) })
    .prefault({}),
  /** Null: those that ship with Pawl. An entry overrides one of them, or adds one. */
  distributions: z.record(Name, DistributionConfig).prefault({}),
});
export type ServerConfig = z.infer<typeof ServerConfig>;
