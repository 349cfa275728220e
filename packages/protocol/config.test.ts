import { expect, test } from "vitest";
import { Config } from "./config.ts";

const key = `ed25519:${Buffer.alloc(32, 7).toString("base64")}`;

const app = {
  source: { http: { url: "https://updates.example.org/pi-kit/" } },
  install: { bundle: { home: "/opt/dashboard" } },
};

function withApp(fields: object) {
  return { apps: { dashboard: { ...app, ...fields } } };
}

function withBundle(fields: object) {
  return withApp({ install: { bundle: { ...app.install.bundle, ...fields } } });
}

test("§4: reads a file with everything in it", () => {
  const config = Config.parse({
    listen: "unix:/run/pawl/api.sock",
    state_dir: "/var/lib/pawl",
    hooks_dir: "/usr/local/lib/pawl/hooks",
    auth: {
      jwt: { secret_file: "/etc/pawl/jwt.key", issuer: "dashboard", audience: "pawl" },
      public_status: true,
      token_in_query: false,
      cors: ["https://dashboard.local", "http://192.168.1.5:8080"],
    },
    apps: {
      dashboard: {
        title: "Kitchen dashboard",
        source: app.source,
        channel: "prerelease",
        public_keys: [key],
        versioning: "pep440",
        install: {
          bundle: {
            layout: "symlink",
            home: "/opt/dashboard",
            map: { "pikit-web/": "/var/www/pikit-web/", "pikit-api.py": "/usr/local/bin/pikit-api.py" },
            keep: ["pikit-web/data/**"],
            config: ["pikit-web/config.json"],
            backups: 2,
            backup_dir: "/var/backups/pikit",
            allow_commands: true,
          },
        },
        services: [
          "dietpi-dashboard-frontend",
          { unit: "pikit-api", optional: true },
          { reload: "nginx", optional: true },
          { service: "pikit" },
          { command: { start: ["/etc/init.d/pikit", "start"], stop: ["/etc/init.d/pikit", "stop"] } },
        ],
        health: [
          { http: "http://127.0.0.1:8080/version", version_at: "version", within: "60s", steady: "10s" },
          { tcp: "127.0.0.1:8080" },
          { command: ["/usr/local/bin/check"] },
          { systemd: "pikit-api" },
        ],
        version_file: "/etc/pikit/version",
        auto: { check: true, time: "04:20", jitter: "45m", install: true },
        window: "02:00-05:00",
        notify: [
          { on: ["available", "updated", "failed", "rolled_back"], command: ["/usr/local/bin/tell-me"] },
          { on: ["failed"], webhook: "https://example.org/hook" },
        ],
      },
    },
  });
  expect(config.apps.dashboard?.services).toEqual([
    { unit: "dietpi-dashboard-frontend", optional: false },
    { unit: "pikit-api", optional: true },
    { reload: "nginx", optional: true },
    { service: "pikit", optional: false },
    { command: { start: ["/etc/init.d/pikit", "start"], stop: ["/etc/init.d/pikit", "stop"] }, optional: false },
  ]);
  expect(config.apps.dashboard?.health[0]).toMatchObject({ within: 60_000, steady: 10_000 });
});

test("§4: a source and a home are enough; the rest has defaults", () => {
  expect(Config.parse(withApp({}))).toEqual({
    listen: "127.0.0.1:7320",
    idle_exit: 90_000,
    state_dir: "/var/lib/pawl",
    hooks_dir: "/etc/pawl/hooks",
    auth: { cors: [], public_status: false, token_in_query: false },
    apps: {
      dashboard: {
        source: app.source,
        channel: "stable",
        public_keys: [],
        versioning: "semver",
        install: {
          bundle: { home: "/opt/dashboard", map: {}, keep: [], config: [], backups: 1, allow_commands: false },
        },
        services: [],
        health: [],
        auto: { check: true, time: "04:20", jitter: 2_700_000, install: false },
        notify: [],
      },
    },
  });
});

test.each([
  [
    "GitHub",
    { github: { repo: "me/pi-kit" } },
    { github: { url: "https://api.github.com", repo: "me/pi-kit", follow: "releases" } },
  ],
  ["Gitea", { gitea: { url: "https://git.example.org", repo: "me/pi-kit", token_file: "/etc/pawl/token" } }, null],
  ["a folder", { directory: { path: "/media/stick" } }, null],
])("releases may come from %s", (_, source, parsed) => {
  expect(Config.parse(withApp({ source })).apps.dashboard?.source).toEqual(parsed ?? source);
});

test("the copy layout needs no home, but then a place for every file", () => {
  const bundle = { layout: "copy", map: { "web/": "/var/www/web/" } };
  expect(Config.safeParse(withApp({ install: { bundle } })).success).toBe(true);
});

test.each([
  ["an unknown key at the top", { ...withApp({}), liste: "127.0.0.1:1" }, "liste"],
  ["an unknown key of an app", withApp({ chanel: "stable" }), "chanel"],
  ["an unknown key of the bundle", withBundle({ backup: 1 }), "backup"],
  ["an unknown key of the source", withApp({ source: { http: { url: "https://a.example/", token: "x" } } }), "token"],
  ["an unknown kind of source", withApp({ source: { ...app.source, ftp: {} } }), "ftp"],
  ["an unknown key of auto", withApp({ auto: { instal: true } }), "instal"],
  ["an unknown key of auth", { ...withApp({}), auth: { tokens: [] } }, "tokens"],
])("refuses %s", (_, config, key) => {
  const parsed = Config.safeParse(config);
  expect(parsed.error?.issues).toMatchObject([{ code: "unrecognized_keys", keys: [key] }]);
});

test.each([
  ["no app", { apps: {} }],
  ["no apps at all", {}],
  ["an app's name with capitals", { apps: { Dashboard: app } }],
  ["an app's name with a slash", { apps: { "../etc": app } }],
  ["an app without a source", { apps: { dashboard: { install: app.install } } }],
  ["an app without a way to install", { apps: { dashboard: { source: app.source } } }],
  ["a source that is no web address", withApp({ source: { http: { url: "file:///srv" } } })],
  ["a home that isn't absolute", withBundle({ home: "opt/dashboard" })],
  ["a mapped path that isn't absolute", withBundle({ map: { "a/": "var/www" } })],
  ["config outside the release", withBundle({ config: ["../config.json"] })],
  ["files to keep outside the release", withBundle({ keep: ["../data/**"] })],
  ["files to keep that a .. in the middle leads to", withBundle({ keep: ["web/../data/**"] })],
  ["files to keep by an absolute path", withBundle({ keep: ["/var/www/data/**"] })],
  ["a window in two places", withApp({ window: "02:00-05:00", auto: { window: "02:00-05:00" } })],
  ["no backups", withBundle({ backups: 0 })],
  ["two kinds of source", withApp({ source: { ...app.source, github: { repo: "me/pi-kit" } } })],
  ["a repository that is an address", withApp({ source: { github: { repo: "https://github.com/me/pi-kit" } } })],
  ["a repository that leaves its place", withApp({ source: { github: { repo: "../user" } } })],
  ["a Gitea without its host", withApp({ source: { gitea: { repo: "me/pi-kit" } } })],
  ["the symlink layout without a home", withApp({ install: { bundle: { layout: "symlink", map: { a: "/srv/a" } } } })],
  ["no home and no map", withApp({ install: { bundle: { layout: "copy" } } })],
  ["a notice about nothing", withApp({ notify: [{ on: [], command: ["true"] }] })],
  ["a notice about an unknown event", withApp({ notify: [{ on: ["installed"], command: ["true"] }] })],
  ["a notice to two", withApp({ notify: [{ on: ["failed"], command: ["true"], webhook: "https://a.example/" }] })],
  ["an origin with a path", { ...withApp({}), auth: { cors: ["https://a.example/page"] } }],
  ["any origin", { ...withApp({}), auth: { cors: ["*"] } }],
  ["two kinds of JWT", { ...withApp({}), auth: { jwt: { secret_file: "/a", public_key_file: "/b" } } }],
  ["a JWT secret in the file itself", { ...withApp({}), auth: { jwt: { secret: "x" } } }],
  ["an unknown layout", withBundle({ layout: "hardlink" })],
  ["a public key without its kind", withApp({ public_keys: [key.slice(8)] })],
  ["an unknown versioning", withApp({ versioning: "calver" })],
  ["a service that looks like an option", withApp({ services: ["--now"] })],
  ["a command as a shell line", withApp({ health: [{ command: "check --all" }] })],
  ["an empty command", withApp({ health: [{ command: [] }] })],
  ["a health check of two kinds", withApp({ health: [{ systemd: "a", tcp: "b:1" }] })],
  ["a tcp check without a port", withApp({ health: [{ tcp: "localhost" }] })],
  ["a length of time without a unit", withApp({ health: [{ systemd: "a", within: "60" }] })],
  ["a length of time as a number", withApp({ auto: { jitter: 45 } })],
  ["a time of day that isn't one", withApp({ auto: { time: "25:00" } })],
  ["a window with one end", withApp({ window: "02:00" })],
  ["a window that isn't a time", withApp({ window: "02:00-26:00" })],
  ["a port without a host", { ...withApp({}), listen: "7320" }],
  ["a port above 65535", { ...withApp({}), listen: "127.0.0.1:65536" }],
  ["a port of six digits", { ...withApp({}), listen: "127.0.0.1:732000" }],
  ["a relative socket", { ...withApp({}), listen: "unix:api.sock" }],
  ["a relative state_dir", { ...withApp({}), state_dir: "state" }],
])("refuses %s", (_, config) => {
  expect(Config.safeParse(config).success).toBe(false);
});

test.each(["127.0.0.1:7320", "0.0.0.0:80", "localhost:7320", "[::1]:7320", "unix:/run/pawl/api.sock"])(
  "listens on %s",
  (listen) => {
    expect(Config.parse({ ...withApp({}), listen }).listen).toBe(listen);
  },
);
