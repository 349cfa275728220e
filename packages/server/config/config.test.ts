import { mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { describe, expect, test } from "vitest";
import { checkConfig, describeProblem } from "./check.ts";
import { loadConfig } from "./load.ts";

async function check(text: string, env: Record<string, string> = {}): Promise<string[]> {
  await using dir = await TempDir.create();
  const path = dir.join("pawl-server.yaml");
  await writeFile(path, text);
  const { problems } = await checkConfig({ path, env });
  return problems.map((problem) => describeProblem(problem).replace(`${path}:`, ""));
}

async function load(text: string, env: Record<string, string> = {}) {
  await using dir = await TempDir.create();
  const path = dir.join("pawl-server.yaml");
  await writeFile(path, text);
  return (await loadConfig({ path, env })).config;
}

describe("the file", () => {
  test("may be missing: every setting has a default", async () => {
    const { config, file } = await loadConfig({ env: {}, places: ["/nonexistent/pawl-server.yaml"] });
    expect(file).toBeNull();
    expect(config).toMatchObject({
      listen: "127.0.0.1:8080",
      state_dir: "/var/lib/pawl-server",
      database: { url: null, connections: 10 },
      catalog: { refresh: 600_000, index_refresh: 3_600_000, load_timeout: 8_000 },
      limits: { requests_per_second: 20, burst: 200 },
    });
  });

  test.each(["", "# nothing\n", "---\n"])("may be empty: %j", async (text) => {
    expect((await load(text)).listen).toBe("127.0.0.1:8080");
  });

  test("is the one that --config names, else PAWL_CONFIG, else the first of the usual places", async () => {
    await using dir = await TempDir.create();
    const at = async (name: string) => {
      await writeFile(dir.join(name), `contact: ${name}\n`);
      return dir.join(name);
    };
    const [named, variable, usual] = [await at("named"), await at("variable"), await at("usual")];
    const places = [dir.join("none"), usual];
    const contact = async (path: string | undefined, env: Record<string, string>) =>
      (await loadConfig({ path, env, places })).config.contact;
    expect(await contact(named, { PAWL_CONFIG: variable })).toBe("named");
    expect(await contact(undefined, { PAWL_CONFIG: variable })).toBe("variable");
    expect(await contact(undefined, {})).toBe("usual");
  });

  test("has to be there when it was named", async () => {
    await expect(loadConfig({ path: "/nonexistent/x.yaml", env: {} })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("There is no configuration at /nonexistent/x.yaml."),
    });
  });

  test("has to be a file of a sane size", async () => {
    await using dir = await TempDir.create();
    await mkdir(dir.join("folder"));
    await writeFile(dir.join("large"), "#".repeat(1024 * 1024 + 1));
    await expect(loadConfig({ path: dir.join("folder"), env: {} })).rejects.toThrow("must be a file");
    await expect(loadConfig({ path: dir.join("large"), env: {} })).rejects.toThrow("is larger than 1 MB");
  });

  test("relative folders count from where the server is started", async () => {
    expect((await load("state_dir: .pawl")).state_dir).toBe(`${process.cwd()}/.pawl`);
  });
});

describe("what is wrong is said with its place and what to write instead:", () => {
  test.each<[string, string]>([
    ["listn: 127.0.0.1:80", '1:1: unknown key "listn" in the file; did you mean "listen"?'],
    ["catalog:\n  refresh: 10", "2:3: catalog.refresh must be text, not a number"],
    ["catalog:\n  refresh: soon", '2:3: catalog.refresh must be a length of time such as 10s, 45m or 2h; it is "soon"'],
    ["catalog:\n  refresh: 0s", '2:3: catalog.refresh must be at least 100ms; it is "0s"'],
    ["catalog: { parallel: 100 }", "1:12: catalog.parallel must be at most 64; it is 100"],
    ["log: { level: loud }", '1:8: log.level must be one of debug, info, warn, error, silent; it is "loud"'],
    ["listen: '8080'", "1:1: listen must be an address such as 127.0.0.1:8080, :8080 or unix:/run/pawl/server.sock"],
    [
      "trusted_proxies: [local, 10.0.0.0/33]",
      "1:26: trusted_proxies[1] must be an address, a network such as 10.0.0.0/8",
    ],
    [
      "database:\n  url: mysql://x",
      "2:3: database.url must be an address such as postgresql://user:password@host/name",
    ],
    ["distributions:\n  v1: {}", '2:3: "v1" must not be v1, releases, snapshots or custom: their addresses are taken'],
    [
      "distributions:\n  openwrt:\n    upstrem_url: x",
      'unknown key "upstrem_url" in distributions.openwrt; did you mean "upstream_url"?',
    ],
    ["a: 1\na: 2", '2:1: the key "a" is written twice'],
    ["listen:\n\t- x", "2:1: a tab can't indent a line; use spaces"],
    ["- listen", "1:1: the file must be a map of keys"],
    [
      "distributions:\n  a: { parent: { distribution: b, version: '1' } }\n  b: { parent: { distribution: a, version: '1' } }",
      "a → b → a: a distribution can't be its own parent",
    ],
  ])("%j", async (text, words) => {
    const problems = await check(text);
    expect(problems.join("\n")).toContain(words);
    await expect(load(text)).rejects.toMatchObject({ code: "config_invalid" });
  });

  test("all at once, in the order of the lines", async () => {
    const problems = await check("log: { level: loud }\nlistn: x\ncatalog: { parallel: 0 }\n");
    expect(problems.map((problem) => problem.split(":")[0])).toEqual(["1", "2", "3"]);
  });

  test("never with a password", async () => {
    const problems = await check("database: { url: 'mysql://pawl:hunter2@host/x' }");
    expect(problems.join()).toContain("database.url must be");
    expect(problems.join()).not.toContain("hunter2");
  });

  test("what is only unwise doesn't keep it from starting", async () => {
    const text = "database: { url: postgresql://h/x, user: nobody }";
    expect(await check(text)).toEqual([expect.stringContaining("warning: database.user is for the embedded database")]);
    expect((await load(text)).database.user).toBe("nobody");
  });
});

test.each(["127.0.0.1:8080", ":80", "[::1]:0", "host.example:65535", "unix:/run/pawl/server.sock"])(
  "listens on %s",
  async (listen) => {
    expect((await load(`listen: "${listen}"`)).listen).toBe(listen);
  },
);

describe("the environment", () => {
  test("goes over the file, two underscores a step deeper", async () => {
    const env = {
      PAWL_SERVER_LISTEN: ":80",
      PAWL_SERVER_CATALOG__REFRESH: "5m",
      PAWL_SERVER_CATALOG__PARALLEL: "3",
      PAWL_SERVER_TRUSTED_PROXIES: "[10.0.0.0/8, local]",
      PAWL_SERVER_CONTACT: "",
    };
    expect(
      await load("listen: '127.0.0.1:1'\ncontact: me\ncatalog: { refresh: 1h, index_refresh: 2h }", env),
    ).toMatchObject({
      listen: ":80",
      contact: "me",
      trusted_proxies: ["10.0.0.0/8", "local"],
      catalog: { refresh: 300_000, index_refresh: 7_200_000, parallel: 3 },
    });
  });

  test("takes text as it is where text belongs: 24.10 is a version, not a number", async () => {
    const env = {
      PAWL_SERVER_DISTRIBUTIONS__OPENWRT__STABLE_VERSION: "24.10",
      PAWL_SERVER_DISTRIBUTIONS__OPENWRT__VERSIONS: '["24.10"]',
      PAWL_SERVER_DISTRIBUTIONS__MY_OWN__UPSTREAM_URL: "http://mirror.example/",
    };
    expect((await load("distributions: { my-own: { title: Mine } }", env)).distributions).toEqual({
      openwrt: { stable_version: "24.10", versions: ["24.10"] },
      "my-own": { title: "Mine", upstream_url: "http://mirror.example" },
    });
  });

  test("DATABASE_URL names the database, and the setting's own variable wins over it", async () => {
    const env = { DATABASE_URL: "postgres://a/b" };
    expect((await load("database: { url: postgres://file/x }", env)).database.url).toBe("postgres://a/b");
    const both = { ...env, PAWL_SERVER_DATABASE__URL: "postgres://c/d" };
    expect((await load("", both)).database.url).toBe("postgres://c/d");
  });

  test.each<[string, string, string]>([
    ["PAWL_SERVER_LISTN", "x", "PAWL_SERVER_LISTN names no setting; did you mean PAWL_SERVER_LISTEN?"],
    ["PAWL_SERVER_CATALOG__REFRESH__X", "x", "PAWL_SERVER_CATALOG__REFRESH__X names no setting"],
    [
      "PAWL_SERVER_CATALOG__PARALLEL",
      "many",
      "catalog.parallel must be a number, not text (set by PAWL_SERVER_CATALOG__PARALLEL)",
    ],
    ["PAWL_SERVER_TRUSTED_PROXIES", "[", "PAWL_SERVER_TRUSTED_PROXIES can't be read as YAML"],
    ["DATABASE_URL", "mysql://pawl:hunter2@h/x", "(set by DATABASE_URL)"],
  ])("%s=%s is wrong, and it says so", async (variable, value, words) => {
    const problems = await check("", { [variable]: value });
    expect(problems.join()).toContain(words);
    expect(problems.join()).not.toContain("hunter2");
  });

  test("others' variables are none of its business", async () => {
    expect(
      await check("database: { url: postgresql://h/x }", { PAWL_TOKEN: "x", PAWL_SERVERS: "x", HOME: "/" }),
    ).toEqual([]);
  });
});
