import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ServerError } from "../../error.ts";
import { clientName } from "./asking.ts";
import { DONE, FAILED } from "./testing/finished.ts";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";
import { FACTS, makeStats, makeWorld } from "./testing/world.ts";

const VALID = {
  version: "24.10.5",
  target: "ath79/generic",
  profile: "tplink_archer-c7-v2",
  packages: ["vim", "luci"],
  diff_packages: true,
};
const LOST_PROFILE =
  "The requested profile was either dropped or never existed. Please check the forums for more information.";
const LOST_TARGET =
  "The requested target was either dropped, is still being built or is not supported by the selected version. " +
  "Please check the forums or try again later.";

let served: ServedDialect;

beforeAll(async () => {
  served = await serveDialect(makeWorld(), makeStats(), FACTS);
});
beforeEach(() => {
  Object.assign(served.catalog.world, makeWorld());
  served.catalog.refreshed.length = 0;
  served.catalog.onRefresh = () => {};
  Object.assign(served.config.builds, { allow_defaults: true, repository_allow_list: [] });
  served.counted.length = 0;
  served.builds.clear();
});
afterAll(() => served[Symbol.asyncDispose]());

async function send(path: string, body: string | null, init: RequestInit = {}) {
  const response = await fetch(served.url + path, { method: "POST", body, ...init });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by the expectations
  const answer: any = text === "" ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body: answer };
}

const post = (fields: object, init: RequestInit = {}) => send("/api/v1/build", JSON.stringify(fields), init);

describe("a request that is valid", () => {
  test("is enqueued, and told its place", async () => {
    const { status, headers, body } = await post(VALID);
    expect([status, headers.get("x-imagebuilder-status"), headers.get("x-queue-position")]).toEqual([
      202,
      "queued",
      "0",
    ]);
    expect(body).toEqual({
      status: 202,
      detail: "queued",
      queue_position: 0,
      enqueued_at: "2026-03-01T11:59:00.123000Z",
      request_hash: "8ce736abdd6348b2a54926c382b75ce0e968239b8b2365b69ba7853fd2294ee6",
    });
  });

  test("is asked for by the names that exist", async () => {
    await post({ ...VALID, profile: "tplink,archer-c7-v2", packages: ["vim", "-ppp", "luci"], defaults: "" });
    const [ask] = served.builds.asked;
    expect(ask).toMatchObject({ asker: "127.0.0.1", ttl: 86_400_000 });
    expect(ask?.inputs).toEqual({
      distribution: "openwrt",
      version: "24.10.5",
      versionCode: "r100-24.10.5",
      isVersionCodeAsked: false,
      target: "ath79/generic",
      profile: "tplink_archer-c7-v2",
      packages: ["vim", "-ppp", "luci"],
      packagesVersions: {},
      diffPackages: true,
      filesystem: null,
      defaults: null,
      rootfsSizeMb: null,
      repositories: {},
      repositoriesMode: "append",
      repositoryKeys: [],
    });
  });

  test.each<[object, object, object]>([
    [{ version_code: "r1" }, { versionCode: "r1", isVersionCodeAsked: true }, {}],
    [
      { packages_versions: { vim: "9.1-r1" } },
      { packages: ["vim"], packagesVersions: { vim: "9.1-r1" } },
      { ttl: 604_800_000 },
    ],
    [{ defaults: "echo" }, { defaults: "echo" }, { ttl: 1_800_000 }],
    [{ defaults: "echo", packages_versions: { vim: "9.1-r1" } }, {}, { ttl: 1_800_000 }],
    [{ rootfs_size_mb: "256", filesystem: "ext4" }, { rootfsSizeMb: 256, filesystem: "ext4" }, {}],
    [
      { repositories: { mine: "https://feeds.example.org/p/x" }, repository_keys: ["RWQ"] },
      { repositories: { mine: "https://feeds.example.org/p/x" }, repositoriesMode: "replace", repositoryKeys: ["RWQ"] },
      {},
    ],
  ])("with %j is asked for so", async (fields, inputs, ask) => {
    served.config.builds.repository_allow_list = ["https://feeds.example.org/p"];
    expect((await post({ ...VALID, ...fields })).status).toBe(202);
    expect(served.builds.asked).toMatchObject([{ inputs, ...ask }]);
  });

  test("counts as its token's, where one is sent that is known", async () => {
    await post(VALID, { headers: { authorization: "Bearer right" } });
    await post(VALID, { headers: { authorization: "Bearer wrong" } });
    expect(served.builds.asked.map(({ asker }) => asker)).toEqual(["token 7", "127.0.0.1"]);
  });

  test.each([
    ["sent in chunks", { body: new Blob([JSON.stringify(VALID)]).stream(), duplex: "half" }],
    ["declared as text/json", { headers: { "content-type": "text/json" } }],
    ["declared as nothing", { headers: { "content-type": "" } }],
  ])("%s is valid too", async (_how, init) => {
    expect((await post(VALID, init as RequestInit)).status).toBe(202);
  });

  test.each([
    ["the board's name", { profile: "tplink,archer-c7-v2" }],
    ["an older name of the board", { profile: "archer-c7-v2" }],
    ["any name where there is but the generic profile", { target: "x86/64", profile: "pc-engines-apu2" }],
    ["a snapshot", { version: "SNAPSHOT" }],
    ["a branch's snapshot", { version: "24.10-SNAPSHOT" }],
    ["a release candidate", { version: "25.12.0-rc1" }],
    ["packages with their versions", { packages_versions: { vim: "9.1-r1" } }],
    ["packages nobody knows, which the build will say", { packages: ["nonsense"] }],
    ["empty defaults", { defaults: "" }],
    ["fields nobody knows", { flavour: "strawberry" }],
  ])("may have %s", async (_what, fields) => {
    expect((await post({ ...VALID, ...fields })).body).toMatchObject({ status: 202, detail: "queued" });
  });

  test("is counted with its client", async () => {
    await post({ ...VALID, client: "owut/2026.1" });
    await post(VALID, { headers: { "user-agent": "auc (0.3.2)" } });
    await post(VALID, { headers: { "user-agent": "" } });
    expect(served.counted.filter(([what]) => what === "client").map(([, key]) => key)).toEqual([
      "owut/2026.1",
      "auc/0.3.2",
      "unknown/0",
    ]);
    expect(served.counted.filter(([what]) => what === "build-request")).toHaveLength(3);
  });

  test("is a miss when it is new, a hit when it was built, and neither in between or when it has failed", async () => {
    await post(VALID);
    await post(VALID);
    served.builds.become(FAILED);
    await post(VALID);
    served.builds.become(DONE);
    await post(VALID);
    await post(VALID);
    const counted = served.counted.map(([what]) => what).filter((what) => what !== "client");
    expect(counted).toEqual([
      ...["build-request", "build-miss"],
      "build-request",
      "build-request",
      ...["build-request", "build-hit"],
      ...["build-request", "build-hit"],
    ]);
  });

  test("comes in vain when too many wait, in the words that clients have for it", async () => {
    served.builds.full = 201;
    const { status, headers, body } = await post(VALID);
    expect([status, headers.get("retry-after"), body]).toEqual([
      529,
      "60",
      {
        status: 529,
        title: "Server overloaded",
        detail: "server overload, queue contains too many build requests: 201",
      },
    ]);
  });
});

describe("what can't be built is refused in the dialect's words, in its order", () => {
  const WRONG = {
    defaults: "echo",
    repositories: { a: "https://evil.example/x" },
    distro: "lede",
    version: "17.01.4",
    target: "none/none",
    profile: "none",
  };

  test.each<[string, object, string]>([
    ["defaults", WRONG, "Handling `defaults` not enabled on server"],
    ["a repository", { ...WRONG, defaults: "" }, "Repository not allowed: https://evil.example/x"],
    ["the distribution", { ...WRONG, defaults: "", repositories: {} }, "Unsupported distro: lede"],
    ["the branch", { version: "17.01.4", target: "none/none", profile: "none" }, "Unsupported branch: 17.01.4"],
    ["a branch that isn't enabled", { version: "19.07.10" }, "Unsupported branch: 19.07.10"],
    ["the version", { version: "24.10.99", target: "none/none" }, "Unsupported version: 24.10.99"],
    ["a branch's name", { version: "24.10" }, "Unsupported version: 24.10"],
    [
      "a code that is part of a version",
      { version: "24.10.5", version_code: "-rc1" },
      "Unsupported version code: -rc1",
    ],
    ["a version without a point", { version: "snapshot" }, "Unsupported branch: snapshot"],
    ["the target", { target: "none/none", profile: "none" }, `Unsupported target: none/none. ${LOST_TARGET}`],
    ["an empty target", { target: "/" }, `Unsupported target: /. ${LOST_TARGET}`],
    ["a target in other letters", { target: "ü/ß" }, `Unsupported target: ü/ß. ${LOST_TARGET}`],
    ["the profile", { profile: "no,ne" }, `Unsupported profile: no_ne. ${LOST_PROFILE}`],
  ])("%s", async (_what, fields, detail) => {
    served.config.builds.allow_defaults = false;
    expect(await post({ ...VALID, ...fields })).toMatchObject({ status: 400, body: { detail, status: 400 } });
  });

  test("a repository that is allowed is no reason", async () => {
    served.config.builds.repository_allow_list = ["https://feeds.example.org/packages"];
    const repositories = { mine: "https://feeds.example.org/packages/24.10" };
    expect((await post({ ...VALID, repositories })).status).toBe(202);
  });

  test("a device that was added meanwhile is found, by looking again once the target is old enough", async () => {
    const { catalog } = served;
    served.now = new Date(catalog.world.checkedAt.getTime() + 29_000);
    await post({ ...VALID, profile: "brand_new" });
    expect(catalog.refreshed).toEqual([]);
    served.now = new Date(catalog.world.checkedAt.getTime() + 31_000);
    catalog.onRefresh = () => {
      Object.assign(catalog.world.profiles["ath79/generic"] ?? {}, { brand_new: { images: [] } });
    };
    expect((await post({ ...VALID, profile: "brand_new" })).status).toBe(202);
    expect(catalog.refreshed).toEqual([{ distribution: "openwrt", version: "24.10.5", target: "ath79/generic" }]);
  });

  test("what can't be known now is 503 with Retry-After", async () => {
    served.catalog.world.failures.set("target 24.10.5", new ServerError("not_loaded", "The mirror is down."));
    const { status, headers, body } = await post(VALID);
    expect([status, headers.get("retry-after"), body.detail]).toEqual([503, "30", "The mirror is down."]);
  });

  test("what was built before is there even so", async () => {
    await post(VALID);
    served.builds.become(DONE);
    served.catalog.world.failures.set("target 24.10.5", new ServerError("not_loaded", "The mirror is down."));
    expect((await post(VALID)).status).toBe(200);
    served.catalog.world.versions = ["25.12.1"];
    expect((await post(VALID)).status).toBe(200);
    expect((await post({ ...VALID, packages: [] })).status).toBe(400);
  });
});

describe("what can't be read is 422 in FastAPI's words", () => {
  test("no body", async () => {
    expect(await send("/api/v1/build", null)).toMatchObject({
      status: 422,
      body: { detail: [{ input: null, loc: ["body"], msg: "Field required", type: "missing" }] },
    });
  });

  test("packages that are no list", async () => {
    expect((await post({ ...VALID, packages: "testpackage" })).body).toEqual({
      detail: [
        { input: "testpackage", loc: ["body", "packages"], msg: "Input should be a valid list", type: "list_type" },
      ],
    });
  });

  test.each(["1.2}x", "{", "nope", " "])("a body that is not JSON: %s", async (text) => {
    const { status, body } = await send("/api/v1/build", text);
    expect([status, body.detail[0].type, body.detail[0].loc[0], body.detail[0].msg]).toEqual([
      422,
      "json_invalid",
      "body",
      "JSON decode error",
    ]);
  });

  test.each([
    [{ packages: ["vim", "b c", "d\ne"] }, "b c, d?e"],
    [{ packages_versions: { "b c": "1", vim: "1 2" } }, "b c, vim"],
    [{ packages: "vim" }, "packages: Input should be a valid list"],
    [{ rootfs_size_mb: 0 }, "rootfs_size_mb: Input should be greater than or equal to 1"],
    [{ profile: null }, "profile: Input should be a valid string"],
    [{ repositories: { "a\nb": "https://x" } }, "repositories.a?b.[key]: String should match pattern '^[\\w.-]+$'"],
  ])("%j has a header for auc, which prints (null) without it", async (fields, header) => {
    const { status, headers } = await post({ ...VALID, ...fields });
    expect([status, headers.get("x-unknown-package")]).toEqual([422, header]);
  });

  test("what is sent back is bounded", async () => {
    const deep = `{"version":"1","target":"a/b","profile":"p","packages":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const { status, body } = await send("/api/v1/build", deep);
    expect([status, body.detail[0].input]).toEqual([422, null]);
    const wide = await post({ packages: Array(100_000).fill(1) });
    expect(JSON.stringify(wide.body).length).toBeLessThan(100_000);
  });

  test("nothing that can't be read is counted", async () => {
    await post({});
    expect(served.counted).toEqual([]);
  });
});

test("a body that is too long is 413, with a sentence", async () => {
  const { status, body } = await post({ ...VALID, defaults: "x".repeat(1_100_000) });
  expect([status, body.status, typeof body.detail]).toEqual([413, 413, "string"]);
});

describe("the state of a build", () => {
  test("that nobody asked for", async () => {
    const response = await fetch(`${served.url}/api/v1/build/testtesttest`);
    expect([response.status, await response.json()]).toEqual([
      404,
      { status: 404, title: "Not Found", detail: "could not find provided request hash" },
    ]);
  });

  test("by HEAD, as owut asks", async () => {
    const response = await fetch(`${served.url}/api/v1/build/testtesttest`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([404, ""]);
  });

  test.each(["", "x", "0".repeat(63), "../x", "%ff"])("that has no name of one: %j", async (hash) => {
    const response = await fetch(`${served.url}/api/v1/build/${hash}`);
    expect([404, 405]).toContain(response.status);
  });

  test("is not posted to", async () => {
    const { status, headers, body } = await send("/api/v1/build/0222f0cd9290", "{}");
    expect([status, headers.get("allow"), body]).toEqual([405, "GET, HEAD", { detail: "Method Not Allowed" }]);
  });
});

test("/api/v1/build is only posted to", async () => {
  const response = await fetch(`${served.url}/api/v1/build`);
  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
});

test("a page of another origin may ask, and read the headers", async () => {
  const preflight = await fetch(`${served.url}/api/v1/build/x`, {
    method: "OPTIONS",
    headers: { origin: "https://a.b" },
  });
  expect(preflight.status).toBe(204);
  const { headers } = await post(VALID, { headers: { origin: "https://a.b" } });
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("access-control-expose-headers")).toContain("X-Unknown-Package");
});

test.each([
  ["luci/git-22.073.39928-701ea94", "curl", "luci/git-22.073.39928-701ea94"],
  [null, "auc (0.3.2)", "auc/0.3.2"],
  [null, "auc/0.3.2-1", "auc/0.3.2-1"],
  [null, "curl/8", "unknown/0"],
  ["", undefined, "unknown/0"],
  ["a\nb\u{1f600}", undefined, "a?b??"],
])("client %j with user agent %j counts as %s", (client, userAgent, expected) => {
  expect(clientName(client, userAgent)).toBe(expected);
});
