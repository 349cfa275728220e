import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ComposedServer, startComposed } from "./lib/composed.ts";

// Every field that may be wrong, in the words of each dialect's contract.

let server: ComposedServer;
let admin: Record<string, string>;

beforeAll(async () => {
  server = await startComposed({
    config: { builds: { repository_allow_list: ["https://feeds.example.org/openwrt"], allow_defaults: true } },
  });
  admin = { authorization: `Bearer ${await server.tokenFor("admin")}` };
});
afterAll(async () => {
  expect(server?.errors).toEqual([]);
  await server?.[Symbol.asyncDispose]();
});

/** `undefined` takes a field away. */
type Change = Record<string, unknown>;

describe("our own API", () => {
  const DEVICE = { distribution: "openwrt", version: "24.10.5", target: "x86/64" };

  test.each<[Change, string, RegExp]>([
    [{ distribution: undefined }, "distribution", /^The field "distribution" is missing\.$/],
    [{ distribution: 1 }, "distribution", /expected string, received number/],
    [{ distribution: "" }, "distribution", /between 1 and 200 characters/],
    [{ version: null }, "version", /expected string, received null/],
    [{ version: "a\nb" }, "version", /none of them a control character/],
    [{ version: "9".repeat(201) }, "version", /between 1 and 200/],
    [{ target: "x86" }, "target", /a target is such as ath79\/generic/],
    [{ target: "../64" }, "target", /a target is such as/],
    [{ target: "x86/64\n" }, "target", /a target is such as/],
    [{ target: {} }, "target", /expected string, received object/],
    [{ profile: "" }, "profile", /between 1 and 200/],
    [{ revision: "r1\0" }, "revision", /none of them a control/],
    [{ installed: [] }, "installed", /expected record, received array/],
    [{ installed: { "a b": "1" } }, "installed.a b", /a package's name has letters/],
    [{ installed: { "../x": "1" } }, "installed.../x", /a package's name has letters/],
    [{ installed: { luci: 1 } }, "installed.luci", /expected string, received number/],
    [{ installed: { luci: "1".repeat(201) } }, "installed.luci", /<=200 characters/],
    [{ upgrade_packages: "yes" }, "upgrade_packages", /expected boolean, received string/],
    [{ wanted: 25 }, "wanted", /expected string, received number/],
    [{ colour: "red" }, "colour", /^There is no field "colour" in this call\.$/],
    [{ ["x".repeat(5_000)]: 1 }, `${"x".repeat(100)}…`, /^There is no field "x{100}…" in this call\.$/],
  ])("an upgrade check with %j is 400", async (change, field, words) => {
    const { status, json } = await server.caller.post("/api/v2/upgrade-checks", { ...DEVICE, ...change });
    expect([status, json.error]).toEqual([
      400,
      { code: "bad_request", field, in: "body", message: expect.stringMatching(words) },
    ]);
  });

  test.each<[Change, string]>([
    [{ name: undefined }, "name"],
    [{ name: "" }, "name"],
    [{ name: "../x" }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ name: "x".repeat(65) }, "name"],
    [{ scopes: undefined }, "scopes"],
    [{ scopes: [] }, "scopes"],
    [{ scopes: ["root"] }, "scopes.0"],
    [{ scopes: "admin" }, "scopes"],
    [{ expires_at: "tomorrow" }, "expires_at"],
    [{ expires_at: "2001-01-01T00:00:00Z" }, "expires_at"],
    [{ token: "pawl_of_mine" }, "token"],
  ])("a token with %j isn't made", async (change, field) => {
    const token = { name: "x", scopes: ["stats:read"], ...change };
    const { status, json } = await server.caller.post("/api/v2/tokens", token, admin);
    expect([status, json.error.code, json.error.field]).toEqual([400, "bad_request", field]);
    expect((await server.caller.get("/api/v2/tokens", admin)).json.items).toHaveLength(1);
  });

  test.each<[Change, number, string]>([
    [{ distribution: "debian" }, 404, "unknown_distribution"],
    [{ distribution: "openwrt", version: "1.2.3" }, 404, "unknown_version"],
    [{ distribution: ["openwrt"] }, 400, "bad_request"],
    [{ target: "x86/64/.." }, 400, "bad_request"],
    [{ everything: true }, 400, "bad_request"],
  ])("a refresh of %j is %d %s", async (change, status, code) => {
    const answer = await server.caller.post("/api/v2/catalog/refresh", change, admin);
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
  });
});

describe("our own API's builds", () => {
  const IMAGE = { version: "24.10.5", target: "x86/64", profile: "generic" };
  const URL = "https://feeds.example.org/openwrt/x";

  test.each<[Change, string, RegExp]>([
    [{ version: undefined }, "version", /^The field "version" is missing\.$/],
    [{ version: "24.10.5/.." }, "version", /a name of letters, digits/],
    [{ distribution: "open wrt" }, "distribution", /a name of letters, digits/],
    [{ version_code: "r1;id" }, "version_code", /a name of letters, digits/],
    [{ target: "../64" }, "target", /a target such as ath79\/generic/],
    [{ target: "x86/64/.." }, "target", /a target such as/],
    [{ profile: "a\nb" }, "profile", /a device's profile/],
    [{ profile: "$(id)" }, "profile", /a device's profile/],
    [{ packages: "luci" }, "packages", /expected array, received string/],
    [{ packages: ["luci", "vim;id"] }, "packages.1", /a package's name/],
    [{ packages: ["--help"] }, "packages.0", /a package's name/],
    [{ packages: ["../x"] }, "packages.0", /a package's name/],
    [{ packages: ["PROFILE=x"] }, "packages.0", /a package's name/],
    [{ packages: ["l\u00fcci"] }, "packages.0", /a package's name/],
    [{ packages: [""] }, "packages.0", /a package's name/],
    [{ packages: Array(2_001).fill("luci") }, "packages", /2,000 packages at most; these are 2,001/],
    [{ packages_versions: { luci: "1 2" } }, "packages_versions.luci", /a version/],
    [{ packages_versions: { "a b": "1" } }, "packages_versions.a b", /a package's name/],
    [{ only: "yes" }, "only", /expected boolean/],
    [{ filesystem: "squashfs ext4" }, "filesystem", /expected one of "squashfs"/],
    [{ rootfs_size_mb: 0 }, "rootfs_size_mb", />=1/],
    [{ rootfs_size_mb: "100" }, "rootfs_size_mb", /expected number/],
    [{ defaults: "a\0b" }, "defaults", /text without NUL/],
    [{ repositories: { "../x": URL } }, "repositories.../x", /a name of letters/],
    [{ repositories: { x: "file:///etc/passwd" } }, "repositories.x", /an http or https address/],
    [{ repositories: { x: `${URL}\nsrc/gz y https://evil.example` } }, "repositories.x", /an http or https address/],
    [{ repositories_mode: "both" }, "repositories_mode", /expected one of "append"/],
    [{ repository_keys: ["x".repeat(4_097)] }, "repository_keys.0", /<=4096 characters/],
    [{ client: "a b" }, "client", /a name such as my-tool/],
    [{ colour: "red" }, "colour", /^There is no field "colour" in this call\.$/],
  ])("with %j are 400", async (change, field, words) => {
    const { status, json } = await server.caller.post("/api/v2/builds", { ...IMAGE, ...change });
    expect([status, json.error]).toEqual([
      400,
      { code: "bad_request", field, in: "body", message: expect.stringMatching(words) },
    ]);
  });

  const repository = (url: string): Change => ({ repositories: { x: url } });
  const notAllowed = /^This server doesn't allow the repository /;
  test.each<[Change, number, string, RegExp]>([
    [repository("https://feeds.example.org.evil.com/openwrt/x"), 422, "unprocessable", notAllowed],
    [repository("https://feeds.example.org@evil.com/openwrt/x"), 422, "unprocessable", notAllowed],
    [repository("https://evil.com\\@feeds.example.org/openwrt/x"), 422, "unprocessable", notAllowed],
    [repository("http://feeds.example.org/openwrt/x"), 422, "unprocessable", notAllowed],
    [repository("https://feeds.example.org/openwrtx"), 422, "unprocessable", notAllowed],
    [repository("https://feeds.example.org/openwrt/%2e%2e/x"), 422, "unprocessable", notAllowed],
    [repository("https://[::1]/openwrt/x"), 422, "unprocessable", notAllowed],
    [{ defaults: "x".repeat(20_481) }, 422, "unprocessable", /20480 characters at most/],
    [{ rootfs_size_mb: 1025 }, 422, "unprocessable", /1024 MB at most/],
    [{ packages: ["luci", "no-such"] }, 422, "unknown_package", /has no package no-such for x86\/64\.$/],
    [{ packages: ["-constructor"] }, 422, "unknown_package", /has no package constructor/],
    [{ version: "1.2.3" }, 404, "unknown_version", /1\.2\.3/],
    [{ target: "toaster/generic" }, 404, "unknown_target", /toaster\/generic/],
    [{ target: "ath79/generic", profile: "__proto__" }, 404, "unknown_profile", /has no __proto__ in ath79/],
    [{ distribution: "debian" }, 404, "unknown_distribution", /debian/],
  ])("with %j are refused", async (change, status, code, words) => {
    const answer = await server.caller.post("/api/v2/builds", { ...IMAGE, ...change });
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
    expect(answer.json.error.message).toMatch(words);
  });
});

describe("POST /api/v1/build", () => {
  const VALID = { version: "24.10.5", target: "x86/64", profile: "generic" };
  const PATTERN = "String should match pattern";

  test.each<[Change, (string | number)[], string, string]>([
    [{ version: undefined }, ["version"], "missing", "Field required"],
    [{ target: undefined }, ["target"], "missing", "Field required"],
    [{ profile: undefined }, ["profile"], "missing", "Field required"],
    [{ distro: "open wrt" }, ["distro"], "string_pattern_mismatch", `${PATTERN} '^[\\w.,-]*$'`],
    [{ version: "24.10.5\n" }, ["version"], "string_pattern_mismatch", `${PATTERN} '^[\\w.,-]*$'`],
    [{ version: 24.1 }, ["version"], "string_type", "Input should be a valid string"],
    [{ version_code: "r1/../" }, ["version_code"], "string_pattern_mismatch", `${PATTERN} '^[\\w.,-]*$'`],
    [{ target: "x86" }, ["target"], "string_pattern_mismatch", `${PATTERN} '^[\\w]*/[\\w]*$'`],
    [{ target: "../64" }, ["target"], "string_pattern_mismatch", `${PATTERN} '^[\\w]*/[\\w]*$'`],
    [{ profile: null }, ["profile"], "string_type", "Input should be a valid string"],
    [{ packages: "luci" }, ["packages"], "list_type", "Input should be a valid list"],
    [{ packages: { luci: "1" } }, ["packages"], "list_type", "Input should be a valid list"],
    [{ packages: ["a b"] }, ["packages", 0], "string_pattern_mismatch", `${PATTERN} '^[\\w.,-]*$'`],
    [{ packages: ["luci", 7] }, ["packages", 1], "string_type", "Input should be a valid string"],
    [{ packages_versions: ["luci"] }, ["packages_versions"], "dict_type", "Input should be a valid dictionary"],
    [
      { packages_versions: { luci: "1;rm" } },
      ["packages_versions", "luci"],
      "string_pattern_mismatch",
      `${PATTERN} '^[\\w+.,~-]*$'`,
    ],
    [
      { diff_packages: "perhaps" },
      ["diff_packages"],
      "bool_parsing",
      "Input should be a valid boolean, unable to interpret input",
    ],
    [{ defaults: "x".repeat(20_481) }, ["defaults"], "string_too_long", "String should have at most 20480 characters"],
    [{ rootfs_size_mb: 0 }, ["rootfs_size_mb"], "greater_than_equal", "Input should be greater than or equal to 1"],
    [{ rootfs_size_mb: 1025 }, ["rootfs_size_mb"], "less_than_equal", "Input should be less than or equal to 1024"],
    [
      { rootfs_size_mb: "ten" },
      ["rootfs_size_mb"],
      "int_parsing",
      "Input should be a valid integer, unable to parse string as an integer",
    ],
    [
      { filesystem: "ntfs" },
      ["filesystem"],
      "literal_error",
      "Input should be 'squashfs', 'ext4', 'ubifs', 'erofs', 'jffs2', 'jffs2-nand', 'targz' or 'cpiogz'",
    ],
    [
      { repositories: { x: "ftp://a/b" } },
      ["repositories", "x"],
      "string_pattern_mismatch",
      `${PATTERN} '^https?://\\S+$'`,
    ],
    [
      { repositories: { x: "http://a b" } },
      ["repositories", "x"],
      "string_pattern_mismatch",
      `${PATTERN} '^https?://\\S+$'`,
    ],
    ...["a b", "a/b", "", "a\nb"].map((name): [Change, (string | number)[], string, string] => [
      { repositories: { [name]: "https://feeds.example.org/openwrt/x" } },
      ["repositories", name, "[key]"],
      "string_pattern_mismatch",
      `${PATTERN} '^[\\w.-]+$'`,
    ]),
    [{ repositories_mode: "both" }, ["repositories_mode"], "literal_error", "Input should be 'append' or 'replace'"],
    [{ repository_keys: "key" }, ["repository_keys"], "list_type", "Input should be a valid list"],
    [{ client: 1 }, ["client"], "string_type", "Input should be a valid string"],
  ])("with %j is 422", async (change, field, type, msg) => {
    const { status, headers, json } = await server.caller.post("/api/v1/build", { ...VALID, ...change });
    expect(status).toBe(422);
    expect(json.detail[0]).toMatchObject({ type, loc: ["body", ...field], msg });
    expect(headers["x-unknown-package"]).toMatch(/^[\x20-\x7e]+$/);
  });

  test("without a body is 422 about all of it", async () => {
    const { status, json } = await server.caller.call({ method: "POST", path: "/api/v1/build" });
    expect([status, json.detail]).toEqual([
      422,
      [{ type: "missing", loc: ["body"], msg: "Field required", input: null }],
    ]);
  });

  const REPOSITORY = "https://feeds.example.org/openwrt/x";
  test.each<[Change, string]>([
    [
      { repositories: { x: "https://feeds.example.org.evil.com/openwrt/x" } },
      "Repository not allowed: https://feeds.example.org.evil.com/openwrt/x",
    ],
    [
      { repositories: { x: "https://feeds.example.org@evil.com/openwrt/x" } },
      "Repository not allowed: https://feeds.example.org@evil.com/openwrt/x",
    ],
    [
      { repositories: { x: "http://feeds.example.org/openwrt/x" } },
      "Repository not allowed: http://feeds.example.org/openwrt/x",
    ],
    [
      { repositories: { x: "https://feeds.example.org/openwrtx" } },
      "Repository not allowed: https://feeds.example.org/openwrtx",
    ],
    [
      { repositories: { x: "https://feeds.example.org/openwrt/../x" } },
      "Repository not allowed: https://feeds.example.org/openwrt/../x",
    ],
    [{ repositories: { x: REPOSITORY }, distro: "lede" }, "Unsupported distro: lede"],
    [{ distro: "debian", version: "nonsense" }, "Unsupported distro: debian"],
    [{ version: "19.07.10" }, "Unsupported branch: 19.07.10"],
    [{ version: "nonsense" }, "Unsupported branch: nonsense"],
    [{ version: "24.10.99" }, "Unsupported version: 24.10.99"],
    [{ version: "__proto__" }, "Unsupported branch: __proto__"],
    [
      { target: "toaster/generic" },
      "Unsupported target: toaster/generic. The requested target was either dropped, is still being built or is not supported by the selected version. Please check the forums or try again later.",
    ],
    [
      { target: "/" },
      "Unsupported target: /. The requested target was either dropped, is still being built or is not supported by the selected version. Please check the forums or try again later.",
    ],
    [
      { target: "ath79/generic", profile: "toaster,v1" },
      "Unsupported profile: toaster_v1. The requested profile was either dropped or never existed. Please check the forums for more information.",
    ],
  ])("of %j is 400: %s", async (change, detail) => {
    const { status, json } = await server.caller.post("/api/v1/build", { ...VALID, ...change });
    expect([status, json]).toEqual([400, { detail, status: 400 }]);
  });

  test("of 2020 says the same in its message", async () => {
    const old = (change: Change) => server.caller.post("/api/build", { ...VALID, ...change });
    expect((await old({ version: undefined })).json).toMatchObject({ status: 400, message: "version: Field required" });
    expect((await old({ version: "nonsense" })).json).toMatchObject({
      status: 400,
      message: "Unsupported branch: nonsense",
    });
    const unknown = await old({ packages: ["luci", "no-such-package"] });
    expect([unknown.status, unknown.headers["x-unknown-package"]]).toEqual([422, "no-such-package"]);
  });

  test.each([
    ["n=0", "Input should be greater than or equal to 1"],
    ["n=101", "Input should be less than or equal to 100"],
    ["n=x", "Input should be a valid integer, unable to parse string as an integer"],
    ["n=", "Input should be a valid integer, unable to parse string as an integer"],
  ])("top-packages with %s is 422", async (query, msg) => {
    const { status, json } = await server.caller.get(`/api/v1/top-packages?${query}`);
    expect([status, json.detail[0]]).toEqual([422, expect.objectContaining({ loc: ["query", "n"], msg })]);
  });

  test("figures of a branch that nobody could build are none", async () => {
    for (const branch of ["%00", "..", "'%20or%201=1", "%ED%A0%80", "x".repeat(5_000)]) {
      const top = await server.caller.get(`/api/v1/top-packages?branch=${branch}`);
      expect([top.status, top.json.packages]).toEqual([200, []]);
      expect((await server.caller.get(`/api/v1/builds-by-version?branch=${branch}`)).json.datasets).toEqual([]);
    }
  });
});

describe("the first generation", () => {
  const CHECK = { distro: "openwrt", version: "24.10.4", target: "x86/64" };
  const BUILD = { ...CHECK, board: "generic" };

  test.each<[Change, number, string]>([
    [{ distro: undefined }, 412, "missing parameter distro"],
    [{ distro: "" }, 412, "missing parameter distro"],
    [{ distro: "debian" }, 412, "unknown distribution debian"],
    [{ distro: ["openwrt"] }, 400, "distro must be a string"],
    [{ version: "1.2.3" }, 412, "unknown version 1.2.3"],
    [{ version: 18 }, 400, "version must be a string"],
    [{ version: "1\n2" }, 400, "version must not contain control characters"],
    [{ version: "1".repeat(201) }, 400, "version must not be longer than 200 characters"],
    [{ target: undefined, installed: { luci: "1" } }, 412, "missing parameter target"],
    [{ target: "toaster/generic" }, 412, "unknown target toaster/generic"],
    [{ target: {} }, 400, "target must be a string"],
    [{ installed: "luci" }, 400, "installed must be an object of package names and versions"],
    [{ installed: { "a b": "1" } }, 400, 'installed contains a name that no package can have: "a b"'],
    [{ installed: { "a/../b": "1" } }, 400, 'installed contains a name that no package can have: "a/../b"'],
    [{ installed: { luci: {} } }, 400, "installed must have a version as a string for luci"],
    [{ packages: { "": "1" } }, 400, 'packages contains a name that no package can have: ""'],
    [{ installed: { nope: "1", neither: "2" } }, 422, "could not find packages: neither, nope"],
  ])("a check with %j is %d: %s", async (change, status, error) => {
    const answer = await server.caller.post("/api/upgrade-check", { ...CHECK, ...change });
    expect([answer.status, answer.json]).toEqual([status, { error }]);
    const [, parameter] = /^missing parameter (\w+)$/.exec(error) ?? [];
    expect(answer.headers["x-missing-param"]).toBe(parameter);
    if (status === 422) expect(answer.headers["x-unknown-package"]).toBe("neither, nope");
  });

  test.each<[Change, number, string]>([
    [{ distro: undefined }, 412, "missing parameter distro"],
    [{ target: undefined }, 412, "missing parameter target"],
    [{ board: undefined }, 412, "missing parameter board"],
    [{ distro: "debian" }, 412, "unknown distribution debian"],
    [{ version: "nonsense" }, 412, "unknown version nonsense"],
    [{ target: "toaster/generic" }, 412, "unknown target toaster/generic"],
    [{ target: "ath79/generic", board: "toaster" }, 412, "unknown device, please check model and board params"],
    [{ packages: "luci" }, 400, "packages must be a list of package names"],
    [{ packages: ["luci", 1] }, 400, "packages must contain package names only"],
    [{ packages: ["a;b c"] }, 400, 'packages contains a name that no package can have: "a;b c"'],
    [{ packages: ["nope"] }, 422, "could not find packages: nope"],
    [{ defaults: 1 }, 400, "defaults must be a string"],
    [{ defaults: "x".repeat(10_241) }, 420, "attached defaults exceed max size"],
    [{ defaults: "é".repeat(5_121) }, 420, "attached defaults exceed max size"],
  ])("a request with %j is %d: %s", async (change, status, error) => {
    for (const path of ["/api/upgrade-request", "/api/build-request"]) {
      const answer = await server.caller.post(path, { ...BUILD, ...change });
      expect([path, answer.status, answer.json]).toEqual([path, status, { error }]);
    }
  });

  test.each([
    ["models", "missing parameter distro"],
    ["models?distro=openwrt", "missing parameter version"],
    ["models?distro=openwrt&version=", "missing parameter version"],
    [`models?distro=openwrt&version=${"1".repeat(201)}`, "version is too long"],
    [`models?distro=openwrt&version=24.10.5&model_search=${"x".repeat(201)}`, "model_search is too long"],
    ["packages_image?distro=openwrt&version=24.10.5&target=x86/64", "missing parameter profile"],
  ])("/api/%s is 400: %s", async (path, error) => {
    const answer = await server.caller.get(`/api/${path}`);
    expect([answer.status, answer.json]).toEqual([400, { error }]);
  });
});
