import * as z from "zod";
import { InstallConfig } from "./config-install.ts";
import { followsBranches, SourceConfig } from "./config-source.ts";
import { AbsolutePath, Argv, WebAddress } from "./config-values.ts";
import { Channel, Duration, PublicKey, TimeOfDay, Window } from "./values.ts";

const ServiceName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,200}$/, "must be a service's name");

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
  /** When automatic installs may begin. Without it one follows the nightly check at once. */
  window: Window.optional(),
});
export type AutoConfig = z.infer<typeof AutoConfig>;

/** What is told to others: a release is there, or an update has ended. */
export const NOTICE_EVENTS = ["available", "updated", "failed", "rolled_back"] as const;
export const NoticeEvent = z.enum(NOTICE_EVENTS);
export type NoticeEvent = z.infer<typeof NoticeEvent>;

const on = z.array(NoticeEvent).min(1, "must name at least one event");

/** Who is told: a program gets one JSON object on stdin, a webhook the same as its body. */
export const NotifyConfig = z.union([
  z.strictObject({ on, command: Argv }),
  z.strictObject({ on, webhook: WebAddress }),
]);
export type NotifyConfig = z.infer<typeof NotifyConfig>;

export const AppName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be a name of lowercase letters, digits and dashes");

export const AppConfig = z
  .strictObject({
    title: z.string().min(1).max(100).optional(),
    source: SourceConfig,
    /** Default: `main` for branches, else `stable`. */
    channel: Channel.optional(),
    /** Where an earlier updater of the app keeps the name of its channel: what stands there is the owner's choice. */
    channel_file: AbsolutePath.optional(),
    /** When given, an unsigned or wrongly signed release is refused. */
    public_keys: z.array(PublicKey).default([]),
    /** How two versions compare. Default: `pep440` for what pip installs, else `semver`. */
    versioning: z.enum(["semver", "pep440", "deb", "opkg", "apk"]).optional(),
    install: InstallConfig,
    services: z.array(ServiceConfig).default([]),
    health: z.array(HealthConfig).default([]),
    version_file: AbsolutePath.optional(),
    auto: AutoConfig.prefault({}),
    /** The same as `auto.window`. */
    window: Window.optional(),
    notify: z.array(NotifyConfig).default([]),
  })
  .refine(({ auto, window }) => auto.window === undefined || window === undefined, {
    path: ["window"],
    message: "must not be written twice, here and in auto",
  })
  .refine(({ source, public_keys }) => public_keys.length === 0 || !followsBranches(source), {
    path: ["public_keys"],
    message: "can't be used with branches: commits carry no signature of that kind",
  })
  .refine(({ source, install }) => !("pip" in install) || followsBranches(source), {
    path: ["install"],
    message:
      "can't be pip for releases that are bundles; pip installs what a git source, or one that follows branches, has",
  })
  .transform((app) => ({
    ...app,
    channel: app.channel ?? (followsBranches(app.source) ? "main" : "stable"),
    versioning: app.versioning ?? ("pip" in app.install ? "pep440" : "semver"),
  }));
export type AppConfig = z.infer<typeof AppConfig>;

const claims = {
  /** What the token's `iss` and `aud` must be, when given. */
  issuer: z.string().min(1).optional(),
  audience: z.string().min(1).optional(),
};

/** Whose JWTs are let in: by a shared secret (HS256 only), a public key in PEM, or a host's key set. */
export const JwtConfig = z.union([
  z.strictObject({ secret_file: AbsolutePath, ...claims }),
  z.strictObject({ public_key_file: AbsolutePath, ...claims }),
  z.strictObject({ jwks_url: WebAddress, ...claims }),
]);
export type JwtConfig = z.infer<typeof JwtConfig>;

/** `https://host[:port]`, as a browser says it. */
const Origin = z
  .string()
  .regex(/^https?:\/\/[^/\s?#@]+$/, "must be an origin such as https://dashboard.local, without a path");

export const AuthConfig = z.strictObject({
  jwt: JwtConfig.optional(),
  /** Pages of other origins that may call. */
  cors: z.array(Origin).default([]),
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
  /** When a socket of systemd's started the daemon: how long nobody has to want anything for it to end. */
  idle_exit: Duration.prefault("90s"),
  state_dir: AbsolutePath.default("/var/lib/pawl"),
  /** Root-owned programs a release may name in `post_install`, and `preflight`, which is asked before each update. */
  hooks_dir: AbsolutePath.default("/etc/pawl/hooks"),
  auth: AuthConfig.prefault({}),
  apps: z.record(AppName, AppConfig).refine((apps) => Object.keys(apps).length > 0, "must declare at least one app"),
});
export type Config = z.infer<typeof Config>;
