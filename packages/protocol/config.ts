import { z } from "zod";
import { Channel, Duration, PublicKey, TimeOfDay, TreePath, Window } from "./values.ts";

/** A program and its arguments. Never a shell line. */
const Argv = z.array(z.string().min(1)).min(1, "must name a program");

const AbsolutePath = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");

/** A pattern of paths inside a release: `dir/**` for a whole folder, `*` within a name. */
const TreePattern = z
  .string()
  .min(1)
  .max(1024)
  .refine((pattern) => !pattern.startsWith("/"), "must be a path inside the release, without a / before it")
  .refine((pattern) => !pattern.split("/").includes(".."), "must stay inside the release, without ..");

const ServiceName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,200}$/, "must be a service's name");

const WebAddress = z.url({ protocol: /^https?$/, message: "must be an http or https address" });

/** A file whose first line is a token for the host. It is sent to that host and to no other. */
const TokenFile = AbsolutePath.optional();

/** `owner/name` on a forge. */
const Repo = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}$/,
    "must be a repository such as owner/name",
  );

/** A static folder on any web server or CDN; `url` is that of `index.json`, or of the folder that holds it. */
export const HttpSource = z.strictObject({ url: WebAddress, token_file: TokenFile });
export type HttpSource = z.infer<typeof HttpSource>;

/** Releases of a repository on GitHub, or on a GitHub Enterprise Server: then `url` is that of its API, `https://host/api/v3`. */
export const GithubSource = z.strictObject({
  url: WebAddress.default("https://api.github.com"),
  repo: Repo,
  token_file: TokenFile,
});
export type GithubSource = z.infer<typeof GithubSource>;

/** Releases of a repository on Gitea or Forgejo; `url` is that of the host. */
export const GiteaSource = z.strictObject({ url: WebAddress, repo: Repo, token_file: TokenFile });
export type GiteaSource = z.infer<typeof GiteaSource>;

/** A folder on this device, such as a USB stick: `index.json`, else every manifest one level down. */
export const DirectorySource = z.strictObject({ path: AbsolutePath });
export type DirectorySource = z.infer<typeof DirectorySource>;

/** Where releases come from: exactly one kind. */
export const SourceConfig = z.union([
  z.strictObject({ http: HttpSource }),
  z.strictObject({ github: GithubSource }),
  z.strictObject({ gitea: GiteaSource }),
  z.strictObject({ directory: DirectorySource }),
]);
export type SourceConfig = z.infer<typeof SourceConfig>;

const BundleFields = z.strictObject({
  /** Whole trees behind one link, or file by file in place. Default: symlink, unless a mapped path can't be a link. */
  layout: z.enum(["symlink", "copy"]).optional(),
  /** Holds `releases/<version>/`, `current` and `shared/`; with the copy layout, what `map` doesn't name. */
  home: AbsolutePath.optional(),
  /** Path inside the release → path on the device, which becomes a link into `current`. */
  map: z.record(z.string().min(1), AbsolutePath).default({}),
  /** The app's or the owner's own files: live in `shared/`, linked into every release, never replaced. */
  keep: z.array(TreePattern).default([]),
  /** Shipped but editable: an edited one stays, the new one is laid beside it as `*.pawl-new`. */
  config: z.array(TreePath).default([]),
  /** Earlier releases to keep for going back. */
  backups: z.int().min(1).max(20).default(1),
  /** Copy layout: where they are. Default: `<state_dir>/<app>/apply/backups`. */
  backup_dir: AbsolutePath.optional(),
  /** Whether a release may run commands of its own (`post_install`), as root. */
  allow_commands: z.boolean().default(false),
});
/** How release bundles are put in place. */
export const BundleInstall = BundleFields.refine(({ layout, home }) => layout !== "symlink" || home !== undefined, {
  path: ["home"],
  message: "must be given with the symlink layout",
}).refine(({ home, map }) => home !== undefined || Object.keys(map).length > 0, {
  path: ["map"],
  message: "must say where a release's files go, when there is no home",
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
    channel: Channel.default("stable"),
    /** When given, an unsigned or wrongly signed release is refused. */
    public_keys: z.array(PublicKey).default([]),
    /** How two versions compare. */
    versioning: z.enum(["semver", "pep440", "deb", "opkg", "apk"]).default("semver"),
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
  });
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
