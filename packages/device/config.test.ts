import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkConfig, describeProblem, loadConfig } from "./config.ts";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "config-"));
  path = join(dir, "pawl.yaml");
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const APP = `
    source: { http: { url: https://updates.example.org/dashboard } }
    public_keys: ["ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    install: { bundle: { home: /opt/dashboard, map: { "web/": /var/www/dashboard } } }
    services: [dashboard]
`;
const GOOD = `apps:\n  dashboard:${APP}`;

async function check(text: string, env: Record<string, string> = {}, hasTokens = true): Promise<string[]> {
  await writeFile(path, text);
  const { problems } = await checkConfig({ path, env, hasTokens: async () => hasTokens });
  return problems.map((problem) => describeProblem(problem).replace(`${path}`, ""));
}

async function load(text: string, env: Record<string, string> = {}) {
  await writeFile(path, text);
  return loadConfig({ path, env });
}

test("reads a configuration and fills in what it leaves out", async () => {
  expect(await load(GOOD)).toMatchObject({
    listen: "127.0.0.1:7320",
    state_dir: "/var/lib/pawl",
    apps: { dashboard: { channel: "stable", services: [{ unit: "dashboard", optional: false }] } },
  });
  expect(await check(GOOD)).toEqual([]);
});

describe("a file that can't be read", () => {
  test("isn't there", async () => {
    await expect(loadConfig({ path, env: {} })).rejects.toMatchObject({
      code: "config_invalid",
      message: `There is no configuration at ${path}. Write one there, or say with PAWL_CONFIG where it is.`,
    });
  });

  test("is a folder", async () => {
    await mkdir(path);
    await expect(loadConfig({ path, env: {} })).rejects.toThrow("is a folder; the configuration must be a file.");
  });

  test("is larger than 1 MB", async () => {
    await expect(load(`${GOOD}#${"x".repeat(1024 * 1024)}`)).rejects.toThrow("is larger than 1 MB");
  });

  test("is not ours to read", async () => {
    await writeFile(path, GOOD);
    await chmod(path, 0);
    // Root may read everything, so for this one the tests are somebody else.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.("nobody");
    try {
      await expect(loadConfig({ path, env: {} })).rejects.toThrow("isn't allowed to read");
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

test.each([
  ["apps:\n  a: 1\n  a: 2\n", ':3:3: the key "a" is written twice'],
  ["apps:\n\ta: 1\n", ":2:1: a tab can't indent a line; use spaces"],
  ["", ':1:1: the file is empty; begin with "apps:"'],
  ["- a\n", ':1:1: the file must be a map of keys; begin with "apps:"'],
  ["a: b: c\n", ":1:4: this is not valid YAML: Nested mappings are not allowed in compact mappings"],
  ["apps: {}\n---\napps: {}\n", ":2:1: there must be one document, without --- in between"],
])("has the place of what isn't YAML: %j", async (text, problem) => {
  expect(await check(text)).toEqual([problem]);
});

test("refuses aliases that multiply without end", async () => {
  const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(", ")}]`);
  const [problem] = await check(`l0: &l0 [x]\n${levels.join("\n")}\n`);
  expect(problem).toContain("Excessive alias count");
});

test.each([
  ["sevices: [a]", 'unknown key "sevices" in apps.dashboard; did you mean "services"?'],
  ["services: [{ unitt: a }]", 'unknown key "unitt" in apps.dashboard.services[0]; did you mean "unit"?'],
  ["health: [{ htp: x }]", 'unknown key "htp" in apps.dashboard.health[0]; did you mean "http"?'],
  [
    'health: [{ http: "http://a/", versoin_at: v }]',
    'unknown key "versoin_at" in apps.dashboard.health[0]; did you mean "version_at"?',
  ],
  [
    "auto: { quxquxqux: 1 }",
    'unknown key "quxquxqux" in apps.dashboard.auto; known are check, time, jitter, install, window',
  ],
  ["health: [{ http: nope }]", 'apps.dashboard.health[0].http must be an http or https address; it is "nope"'],
  [
    "health: [{ tcp: a:1, within: 10 }]",
    'apps.dashboard.health[0].within must be text, not a number; write it as in "60s"',
  ],
  ["channel: 7", 'apps.dashboard.channel must be text, not a number; write "7" in quotes'],
  [
    "services: [{ unit: a, reload: b }]",
    "apps.dashboard.services[0] must have one of unit, reload, service, command, and only one",
  ],
  ["services: [5]", "apps.dashboard.services[0] must have one of unit, reload, service, command, not be a number"],
  ["services: web", "apps.dashboard.services must be a list, not text"],
  ["services: [{ command: { start: [], stop: [x] } }]", "apps.dashboard.services[0].command.start must name a program"],
  [
    "versioning: semvar",
    'apps.dashboard.versioning must be one of semver, pep440, deb, opkg, apk; did you mean "semver"?',
  ],
  ["notify: [{ on: [failed] }]", "apps.dashboard.notify[0] must have one of command, webhook, and only one"],
  ['auto: { time: "25:00" }', 'apps.dashboard.auto.time must be a time of day such as 04:20; it is "25:00"'],
  ["auto: { check: yes }", "apps.dashboard.auto.check must be true or false, not text"],
])("§4 unknown keys: says what to write instead of %s", async (line, sentence) => {
  const text = `apps:\n  dashboard:${APP.replace(/ {4}services.*\n/, "")}    ${line}\n`;
  const problems = await check(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.replace(/^:\d+:\d+: /, "")).toBe(sentence);
  expect(problems[0]).toMatch(/^:6:/);
});

test("names what is missing where it belongs", async () => {
  expect(await check("apps:\n  dashboard:\n    install: { bundle: {} }\n")).toEqual([
    ':2:3: "source" is missing in apps.dashboard',
    ':3:16: "map" is missing in apps.dashboard.install.bundle; it must say where a release\'s files go, when there is no home',
  ]);
});

test.each([
  "source: { http: { url: https://updates.example.org }, gitea: { url: https://git.example.org, repo: me/kit } }",
  "source: {}",
])("wants one source and only one: %s", async (line) => {
  expect(await check(`apps:\n  dashboard:\n    ${line}\n    install: { bundle: { home: /opt/dashboard } }\n`)).toEqual([
    ":3:5: apps.dashboard.source must have one of http, github, gitea, directory, git, and only one",
  ]);
});

test.each([
  ['apps:\n  a: [1,\n  b: 2\n  c: "x\n', 1],
  ["apps:\n  dashboard:\n   source: x\n  channel: y\n    z: 1\n foo: 3\n", 1],
  ["apps:\n\ta: 1\n\tb: 2\n", 1],
  ["a: 1\na: 2\nb: 1\nb: 2\n", 2],
])("of one slip says one thing, not what follows from it: %j", async (text, count) => {
  expect(await check(text)).toHaveLength(count);
});

test("throws the first error with its place, and all of them as the detail", async () => {
  const loaded = load(`listen: here\n${GOOD}    chanel: x\n`);
  await expect(loaded).rejects.toMatchObject({
    code: "config_invalid",
    message: `${path}:1:1: listen must be host:port or unix:/path; it is "here"`,
    fields: { path, detail: expect.stringMatching(/\n.*did you mean "channel"/) },
  });
});

test("shows no password of an address it refuses", async () => {
  const [problem] = await check(GOOD.replace("https://", "htps://me:secret@"));
  expect(problem).toContain('it is "htps://…@updates');
  expect(problem).not.toContain("secret");
});

describe("the environment", () => {
  test("§4 environment: wins over the file, names with dashes and lists among it", async () => {
    const config = await load(GOOD.replace("dashboard:", "kitchen-dashboard:"), {
      PAWL_LISTEN: "[::1]:9000",
      PAWL_STATE_DIR: "/data/pawl",
      PAWL_AUTH_PUBLIC_STATUS: "true",
      PAWL_APPS_KITCHEN_DASHBOARD_SOURCE_HTTP_URL: "http://mirror.lan/",
      PAWL_APPS_KITCHEN_DASHBOARD_TITLE: "2024",
      PAWL_APPS_KITCHEN_DASHBOARD_INSTALL_BUNDLE_BACKUPS: "3",
      PAWL_APPS_KITCHEN_DASHBOARD_AUTO_INSTALL: "true",
      PAWL_APPS_KITCHEN_DASHBOARD_HEALTH: "[{ tcp: localhost:80 }]",
      PAWL_APPS_KITCHEN_DASHBOARD_CHANNEL: "",
    });
    expect(config).toMatchObject({
      listen: "[::1]:9000",
      state_dir: "/data/pawl",
      auth: { public_status: true },
      apps: {
        "kitchen-dashboard": {
          source: { http: { url: "http://mirror.lan/" } },
          title: "2024",
          channel: "stable",
          install: { bundle: { backups: 3 } },
          auto: { install: true },
          health: [{ tcp: "localhost:80" }],
        },
      },
    });
  });

  test("changes a part of a source, whatever its kind", async () => {
    const gitea = "source: { gitea: { url: https://git.example.org, repo: me/kit } }";
    const config = await load(GOOD.replace(/source: .*/, gitea), {
      PAWL_APPS_DASHBOARD_SOURCE_GITEA_URL: "http://git.lan:3000",
    });
    expect(config.apps.dashboard?.source).toEqual({ gitea: { url: "http://git.lan:3000", repo: "me/kit" } });
  });

  test("is named when it would add a second source to the file's", async () => {
    expect(await check(GOOD, { PAWL_APPS_DASHBOARD_SOURCE_GITEA_URL: "http://git.lan:3000" })).toEqual([
      ": apps.dashboard.source must have one of http, github, gitea, directory, git, and only one (set by PAWL_APPS_DASHBOARD_SOURCE_GITEA_URL)",
    ]);
  });

  test("may hold variables of Pawl's that are no settings", async () => {
    expect(await check(GOOD, { PAWL_CONFIG: "/x", PAWL_TOKEN: "secret", HOME: "/root" })).toEqual([]);
  });

  test.each([
    [
      "PAWL_APPS_DASHBOARD_SOURC_HTTP_URL",
      "PAWL_APPS_DASHBOARD_SOURC_HTTP_URL names no setting of this file; did you mean PAWL_APPS_DASHBOARD_SOURCE_HTTP_URL?",
    ],
    ["PAWL_APPS_OTHERTHING_CHANNEL_X", "PAWL_APPS_OTHERTHING_CHANNEL_X names no setting of this file; "],
    ["PAWL_AUTH_PUBLIC", "PAWL_AUTH_PUBLIC names no setting of this file; "],
  ])("names a variable that sets nothing: %s", async (variable, sentence) => {
    const problems = await check(GOOD, { [variable]: "x" });
    expect(problems).toEqual([expect.stringContaining(`: ${sentence}`)]);
  });

  test("is named when its value is wrong", async () => {
    expect(await check(GOOD, { PAWL_LISTEN: "here", PAWL_APPS_DASHBOARD_AUTO_CHECK: "[" })).toEqual([
      ": PAWL_APPS_DASHBOARD_AUTO_CHECK can't be read as YAML",
      ': listen must be host:port or unix:/path (set by PAWL_LISTEN); it is "here"',
    ]);
  });

  test("isn't guessed at when two apps share a variable's name", async () => {
    const two = GOOD + APP.replace(/\/(opt|var\/www)\/dashboard/g, "/$1/two").replace(/^/, "  dashboard-auto:");
    expect(await check(two, { PAWL_APPS_DASHBOARD_AUTO_INSTALL: "{}" })).toEqual([
      ": PAWL_APPS_DASHBOARD_AUTO_INSTALL could mean both apps.dashboard.auto.install and apps.dashboard-auto.install; set it in the file",
    ]);
  });
});

describe("across settings", () => {
  const other = (home: string, to: string) =>
    `${GOOD}  other:${APP.replace("/opt/dashboard", home).replace("/var/www/dashboard", to)}`;

  test.each([
    [other("/opt/dashboard/", "/b"), ":8:26: /opt/dashboard is already the home of the app dashboard"],
    [other("/a", "/var/www/dashboard/"), ":8:45: /var/www/dashboard is already a mapped path of the app dashboard"],
    [
      other("/a", "/var/www"),
      ":8:39: /var/www holds a mapped path of dashboard (/var/www/dashboard); keep the two apart",
    ],
    [other("/a", "/a/web"), ":8:39: /a/web is inside the home of other (/a); keep the two apart"],
    [other("/opt/dashboard-2", "/b"), null],
    [
      `state_dir: /opt/dashboard\n${GOOD}`,
      ":6:26: home holds state_dir; give the app a folder of its own, such as /opt/<app>",
    ],
  ])("refuses two owners of one path", async (text, problem) => {
    const problems = await check(text);
    expect(problems.map((line) => line.replace(/^:\d+:\d+/, ""))).toEqual(
      problem === null ? [] : [problem.replace(/^:\d+:\d+/, "")],
    );
    if (problem) await expect(load(text)).rejects.toMatchObject({ code: "config_invalid" });
  });

  test.each([
    ["0.0.0.0:7320", "every interface"],
    ["[::]:7320", "every interface"],
    ["192.168.1.5:7320", "192.168.1.5"],
    ["127.0.0.1:7320", null],
    ["127.8.0.1:7320", null],
    ["localhost:7320", null],
    ["'[::1]:7320'", null],
    ["unix:/run/pawl/api.sock", null],
  ])("lets nobody listen on %s without a token unless it is this device alone", async (listen, reach) => {
    const text = `listen: "${listen.replaceAll("'", "")}"\n${GOOD}`;
    const sentence = `:1:1: Pawl listens on ${reach} without a token; create one, or listen on 127.0.0.1`;
    expect(await check(text, {}, false)).toEqual(reach === null ? [] : [sentence]);
    expect(await check(text, {}, true)).toEqual([]);
  });

  test.each([
    [/ {4}public_keys.*\n/, "", "without public_keys, whoever controls that host can install anything"],
    [/ {4}services.*\n/, "", "nothing can tell whether a release works, so a bad one stays"],
    [/$/, '    window: "02:00-05:00"\n', "window has no effect while auto.install is off"],
  ])("advises: %s", async (from, to, sentence) => {
    const text = GOOD.replace(from, to);
    expect(await check(text)).toEqual([expect.stringContaining(`: warning: ${sentence}; `)]);
    await expect(load(text)).resolves.toBeDefined();
  });
});
