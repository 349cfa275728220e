import { z } from "zod";
import { Channel, Duration, PublicKey, TimeOfDay, TreePath, Window } from "./values.ts";

/** A program and its arguments. Never a shell line. */
const Argv = z.array(z.string().min(1)).min(1, "must name a program");

const AbsolutePath = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");

/** A pattern of paths inside a release: `dir/**` for a whole folder, `*` within a name. */
const TreePattern = z.string().min(1).max(1024);

const ServiceName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,200}$/, "must be a service's name");

/** A static folder on any web server or CDN; `url` is that of `index.json`, or of the folder that holds it. */
export const HttpSource = z.strictObject({
  url: z.url({ protocol: /^https?$/, message: "must be an http or https address" }),
});
export type HttpSource = z.infer<typeof HttpSource>;

/** Where releases come from: exactly one kind. */
export const SourceConfig = z.strictObject({ http: HttpSource });
export type SourceConfig = z.infer<typeof SourceConfig>;

/** How release bundles are put in place. */
export const BundleInstall = z.strictObject({
  layout: z.enum(["symlink"]).default("symlink"),
  /** Holds `releases/<version>/`, `current` and `shared/`. */
  home: AbsolutePath,
  /** Path inside the release → path on the device, which becomes a link into `current`. */
  map: z.record(z.string().min(1), AbsolutePath).default({}),
  /** The app's or the owner's own files: live in `shared/`, linked into every release, never replaced. */
  keep: z.array(TreePattern).default([]),
  /** Shipped but editable: an edited one stays, the new one is laid beside it as `*.pawl-new`. */
  config: z.array(TreePath).default([]),
  /** Earlier releases to keep for going back. */
  backups: z.int().min(1).max(20).default(1),
});
export type BundleInstall = z.infer<typeof BundleInstall>;

export const InstallConfig = z.strictObject({ bundle: BundleInstall });
export type InstallConfig = z.infer<typeof InstallConfig>;

/** What is restarted when a release is switched: a systemd unit, a service of another init, or two programs. */
export const ServiceConfig = z.union([
  ServiceName.transform((unit) => ({ unit, optional: false })),
  z.strictObject({ unit: ServiceName, optional: z.boolean().default(false) }),
  z.strictObject({ reload: ServiceName, optional: z.boolean().default(false) }),
  z.strictObject({ service: ServiceName, optional: z.boolean().default(false) }),
  z.strictObject({
    command: z.strictObject({ start: Argv, stop: Argv, status: Argv.optional() }),
    optional: z.boolean().default(false),
  }),
]);
export type ServiceConfig = z.infer<typeof ServiceConfig>;

const patience = {
  /** It has to succeed once before this is over. */
  within: Duration.prefault("60s"),
  /** And then every time for this long. */
  steady: Duration.prefault("10s"),
};

/** How one knows that a release works. */
export const HealthConfig = z.union([
  z.strictObject({
    http: z.url({ protocol: /^https?$/, message: "must be an http or https address" }),
    /** Where in the JSON answer the version stands, `a.b.c`; it must be the release's. */
    version_at: z.string().min(1).optional(),
    ...patience,
  }),
  z.strictObject({ tcp: z.string().regex(/^.+:\d{1,5}$/, "must be host:port"), ...patience }),
  z.strictObject({ command: Argv, ...patience }),
  z.strictObject({ systemd: ServiceName, ...patience }),
]);
export type HealthConfig = z.infer<typeof HealthConfig>;

export const AutoConfig = z.strictObject({
  check: z.boolean().default(true),
  time: TimeOfDay.default("04:20"),
  jitter: Duration.prefault("45m"),
  install: z.boolean().default(false),
});
export type AutoConfig = z.infer<typeof AutoConfig>;

export const AppName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be a name of lowercase letters, digits and dashes");

export const AppConfig = z.strictObject({
  title: z.string().min(1).max(100).optional(),
  source: SourceConfig,
  channel: Channel.default("stable"),
  /** When given, an unsigned or wrongly signed release is refused. */
  public_keys: z.array(PublicKey).default([]),
  /** How two versions compare. */
  versioning: z.enum(["semver", "pep440"]).default("semver"),
  install: InstallConfig,
  services: z.array(ServiceConfig).default([]),
  health: z.array(HealthConfig).default([]),
  version_file: AbsolutePath.optional(),
  auto: AutoConfig.prefault({}),
  window: Window.optional(),
});
export type AppConfig = z.infer<typeof AppConfig>;

export const AuthConfig = z.strictObject({
  /** Reads need no token. */
  public_status: z.boolean().default(false),
  /** `?token=` is accepted, for pages whose EventSource can't send headers. It ends up in logs of proxies. */
  token_in_query: z.boolean().default(false),
});
export type AuthConfig = z.infer<typeof AuthConfig>;

/** 0 to 65535. */
const PORT = "(\\d{1,4}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";

/** `pawl.yaml` (contract device-api.md §4). */
export const Config = z.strictObject({
  listen: z
    .string()
    .regex(new RegExp(`^(unix:/.+|(\\[[0-9a-fA-F:]+\\]|[^:/\\s]+):${PORT})$`), "must be host:port or unix:/path")
    .default("127.0.0.1:7320"),
  state_dir: AbsolutePath.default("/var/lib/pawl"),
  auth: AuthConfig.prefault({}),
  apps: z.record(AppName, AppConfig).refine((apps) => Object.keys(apps).length > 0, "must declare at least one app"),
});
export type Config = z.infer<typeof Config>;
