import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ServerError } from "../../error.ts";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";
import { FACTS, makeStats, makeWorld } from "./testing/world.ts";

let served: ServedDialect;

beforeAll(async () => {
  served = await serveDialect(makeWorld(), makeStats(), FACTS);
});
beforeEach(() => {
  Object.assign(served.catalog.world, makeWorld());
});
afterAll(() => served[Symbol.asyncDispose]());

async function get(path: string, init: RequestInit = {}) {
  const response = await fetch(served.url + path, { redirect: "manual", ...init });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by the expectations
  const body: any = isJson && text !== "" ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

describe("latest.json", () => {
  test("has the stable version and the one before", async () => {
    const { status, headers, body } = await get("/json/v1/latest.json");
    expect([status, headers.get("content-type"), body]).toEqual([
      200,
      "application/json",
      { latest: ["25.12.1", "24.10.5"] },
    ]);
  });

  test("has what is to come before them", async () => {
    served.catalog.world.upcoming = "25.12.0-rc2";
    expect((await get("/json/v1/latest.json")).body).toEqual({ latest: ["25.12.0-rc2", "25.12.1", "24.10.5"] });
  });

  test("leaves out what upstream doesn't name", async () => {
    served.catalog.world.oldstable = null;
    expect((await get("/json/v1/latest.json")).body).toEqual({ latest: ["25.12.1"] });
  });
});

describe("overview.json", () => {
  test("has all that clients read", async () => {
    const { body } = await get("/json/v1/overview.json");
    expect(Object.keys(body)).toEqual(["latest", "branches", "upstream_url", "server"]);
    expect(Object.keys(body.branches)).toEqual(["SNAPSHOT", "25.12", "24.10", "21.02"]);
    expect(body.branches["25.12"]).toEqual({
      path: "releases/{version}",
      enabled: true,
      snapshot: false,
      path_packages: "DEPRECATED",
      branch_off_rev: 32_295,
      package_changes: [
        { source: "firewall", target: "firewall4", revision: 18_611 },
        { source: "kmod-nft-nat6", revision: 20_282, mandatory: true },
        { source: "auc", target: "owut", revision: 26_792 },
        { source: "opkg", target: "apk-mbedtls", revision: 28_056 },
      ],
      versions: ["25.12.1", "25.12.0", "25.12.0-rc2", "25.12.0-rc1", "25.12-SNAPSHOT"],
      name: "25.12",
      targets: { "ath79/generic": "mips_24kc", "x86/64": "x86_64" },
    });
    expect(body.upstream_url).toBe("https://downloads.example.org");
    expect(body.server).toEqual({
      version: "0.1.0",
      contact: "root@example.org",
      allow_defaults: true,
      repository_allow_list: [],
      max_custom_rootfs_size_mb: 1024,
      max_defaults_length: 20_480,
    });
  });

  test("gives a branch only the changes from before it was made, and SNAPSHOT all", async () => {
    const { branches } = (await get("/json/v1/overview.json")).body;
    const sources = (name: string) => branches[name].package_changes.map(({ source }: { source: string }) => source);
    expect(sources("24.10")).toEqual(["firewall", "kmod-nft-nat6", "auc"]);
    expect(sources("21.02")).toEqual([]);
    expect(sources("SNAPSHOT")).toEqual(["firewall", "kmod-nft-nat6", "auc", "opkg", "later"]);
    expect(branches.SNAPSHOT).not.toHaveProperty("branch_off_rev");
    expect(branches.SNAPSHOT).toMatchObject({ path: "snapshots", snapshot: true, versions: ["SNAPSHOT"] });
  });

  test("one branch whose targets can't be had costs the others nothing", async () => {
    served.catalog.world.failures.set("targets 24.10.5", new ServerError("not_loaded", "The mirror is down."));
    const { status, body } = await get("/json/v1/overview.json");
    expect([status, body.branches["24.10"].targets]).toEqual([200, {}]);
    expect(body.branches["25.12"].targets).toHaveProperty("x86/64");
    served.catalog.world.failures.clear();
    expect((await get("/json/v1/overview.json")).body.branches["24.10"].targets).toHaveProperty("x86/64");
  });

  test("is not sent again to who has it", async () => {
    const first = await get("/json/v1/overview.json");
    const etag = first.headers.get("etag") ?? "";
    const again = await get("/json/v1/overview.json", { headers: { "if-none-match": etag } });
    expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", etag]);
    served.catalog.world.targets = { "x86/64": "x86_64" };
    expect((await get("/json/v1/overview.json", { headers: { "if-none-match": etag } })).status).toBe(200);
  });

  test("says how old it is when the mirror doesn't answer, and only then", async () => {
    expect((await get("/json/v1/overview.json")).headers.get("age")).toBeNull();
    served.catalog.world.troubled.add("releases");
    expect((await get("/json/v1/overview.json")).headers.get("age")).toBe("3600");
  });

  test("is 503 with Retry-After while nothing was ever loaded", async () => {
    const failure = new ServerError("not_loaded", "The versions are not loaded yet.", { retryAfter: 12 });
    served.catalog.world.failures.set("releases", failure);
    const { status, headers, body } = await get("/json/v1/overview.json");
    expect([status, headers.get("retry-after"), body]).toEqual([
      503,
      "12",
      { detail: "The versions are not loaded yet.", status: 503 },
    ]);
  });

  test("sends devices where the operator says, if upstream isn't where the catalog finds it", async () => {
    served.config.compat.asu_v1.upstream_url = "https://mirror.example.net/openwrt";
    served.catalog.world.versions = ["25.12.1"];
    expect((await get("/json/v1/overview.json")).body.upstream_url).toBe("https://mirror.example.net/openwrt");
    const { headers } = await get("/releases/25.12.1/targets/x86/64/profiles.json");
    expect(headers.get("location")).toBe(
      "https://mirror.example.net/openwrt/releases/25.12.1/targets/x86/64/profiles.json",
    );
    served.config.compat.asu_v1.upstream_url = null;
  });
});

test("branches.json is an array of the same branches", async () => {
  const [{ body: branches }, { body: overview }] = await Promise.all([
    get("/json/v1/branches.json"),
    get("/json/v1/overview.json"),
  ]);
  expect(branches).toEqual(Object.values(overview.branches));
});

test.each(["/api/v1/overview", "/overview", "/api/overview"])("%s has moved to overview.json", async (path) => {
  const { status, headers } = await get(path);
  expect([status, headers.get("location")]).toEqual([301, "/json/v1/overview.json"]);
});

test("/api/v1/latest has moved to latest.json", async () => {
  const { status, headers } = await get("/api/v1/latest");
  expect([status, headers.get("location")]).toEqual([301, "/json/v1/latest.json"]);
});

describe("package indexes", () => {
  test("a target's has its architecture", async () => {
    expect((await get("/json/v1/releases/24.10.5/targets/ath79/generic/index.json")).body).toEqual({
      architecture: "mips_24kc",
      packages: { "kmod-ath9k": "6.12.1-r1" },
    });
  });

  test("an architecture's is flat", async () => {
    const expected = { vim: "9.1-r1", luci: "26.1", firewall4: "2026-r1" };
    expect((await get("/json/v1/releases/24.10.5/packages/mips_24kc-index.json")).body).toEqual(expected);
    expect((await get("/json/v1/snapshots/packages/mips_24kc-index.json")).body).toEqual(expected);
    expect((await get("/json/v1/releases/packages-24.10/mips_24kc-index.json")).body).toEqual(expected);
  });

  test("double slashes don't matter", async () => {
    const { status } = await get("/json/v1/releases/24.10.5//targets/ath79/generic//index.json");
    expect(status).toBe(200);
  });

  test.each([
    "/json/v1/releases/24.10.99/targets/ath79/generic/index.json",
    "/json/v1/releases/19.07.10/targets/ath79/generic/index.json",
    "/json/v1/releases/SNAPSHOT/targets/ath79/generic/index.json",
    "/json/v1/releases/24.10.5/targets/ath79/none/index.json",
    "/json/v1/releases/24.10.5/packages/none-index.json",
    "/json/v1/releases/packages-19.07/mips_24kc-index.json",
    "/json/v1/packages/mips_24kc-index.json",
    "/json/v1/nothing",
    "/json/v1/",
  ])("%s isn't there", async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, body: { detail: "Not Found" } });
  });

  test("HEAD has the headers and no body", async () => {
    const path = "/json/v1/releases/24.10.5/packages/mips_24kc-index.json";
    const [whole, head] = await Promise.all([
      get(path, { headers: { "accept-encoding": "identity" } }),
      get(path, { method: "HEAD", headers: { "accept-encoding": "identity" } }),
    ]);
    expect([head.status, head.body, head.headers.get("etag")]).toEqual([200, "", whole.headers.get("etag")]);
    expect(head.headers.get("content-length")).toBe(String(JSON.stringify(whole.body).length));
  });
});

describe("profiles", () => {
  const OF = "/json/v1/releases/24.10.5/targets/ath79/generic";

  test("have all of their target but the other profiles, their name and when they were built", async () => {
    const { body } = await get(`${OF}/tplink_archer-c7-v2.json`);
    expect(body).toMatchObject({
      metadata_version: 1,
      version_number: "24.10.5",
      version_code: "r100-24.10.5",
      target: "ath79/generic",
      arch_packages: "mips_24kc",
      default_packages: ["base-files"],
      supported_devices: ["tplink,archer-c7-v2", "archer-c7-v2"],
      id: "tplink_archer-c7-v2",
      build_at: "2024-02-13T22:06:32.000000Z",
    });
    expect(body.images).toHaveLength(1);
    expect(body).not.toHaveProperty("profiles");
  });

  test.each(["archer-c7-v2", "tplink%2Carcher-c7-v2"])("are found by the board auc says: %s", async (board) => {
    expect((await get(`${OF}/${board}.json`)).body).toMatchObject({ id: "tplink_archer-c7-v2" });
  });

  test.each([`${OF}/none.json`, "/json/v1/snapshots/targets/x86/64/none.json"])("%s is empty", async (path) => {
    expect(await get(path)).toMatchObject({ status: 200, body: {} });
  });

  test("of a target that isn't there are not there", async () => {
    expect((await get("/json/v1/releases/24.10.5/targets/none/none/a.json")).status).toBe(404);
  });
});

describe("revision", () => {
  test("is the version code", async () => {
    expect(await get("/api/v1/revision/SNAPSHOT/ath79/generic")).toMatchObject({
      status: 200,
      body: { revision: "r100-SNAPSHOT" },
    });
  });

  test("of a version that isn't there is 400", async () => {
    for (const version of ["18.06.0", "24.10.99", "19.07.10", "nonsense"]) {
      expect(await get(`/api/v1/revision/${version}/ath79/generic`)).toMatchObject({
        status: 400,
        body: { detail: `Unsupported version: ${version}`, status: 400 },
      });
    }
  });

  test("of a target that isn't there is upstream's 404", async () => {
    for (const target of ["ath79/none", "a%20b/c", "a%0a/b"]) {
      expect(await get(`/api/v1/revision/24.10.5/${target}`)).toMatchObject({ status: 404, body: { status: 404 } });
    }
    expect((await get("/api/v1/revision/24.10.5/ath79/none")).body.detail).toBe(
      "Failed to fetch revision for 24.10.5/ath79/none",
    );
  });

  test("passes on the status upstream answered with", async () => {
    const failure = new ServerError("not_loaded", "Upstream answers 502.", { upstreamStatus: 502 });
    served.catalog.world.failures.set("target 24.10.5", failure);
    expect(await get("/api/v1/revision/24.10.5/ath79/generic")).toMatchObject({
      status: 502,
      body: { detail: "Failed to fetch revision for 24.10.5/ath79/generic", status: 502 },
    });
  });

  test("is 503 when the mirror doesn't answer", async () => {
    served.catalog.world.failures.set("target 24.10.5", new ServerError("not_loaded", "The mirror doesn't answer."));
    const { status, headers, body } = await get("/api/v1/revision/24.10.5/ath79/generic");
    expect([status, headers.get("retry-after"), body.detail]).toEqual([503, "30", "The mirror doesn't answer."]);
  });
});

describe("upstream redirects", () => {
  test.each([
    "/.versions.json",
    "/releases/24.10.5/.overview.json",
    "/releases/24.10.5/targets/ath79/generic/profiles.json",
    "/releases/faillogs-24.10/mips_24kc/",
    "/snapshots/targets/x86/64/openwrt-x86-64-generic-ext4-combined.img.gz",
  ])("%s is upstream's", async (path) => {
    const { status, headers } = await get(path);
    expect([status, headers.get("location")]).toEqual([302, `https://downloads.example.org${path}`]);
  });

  test.each([
    "/releases/..%2f..%2fsecret",
    "/releases/%2e%2e%5c",
    "/snapshots/a%0d%0aset-cookie:x",
    "/releases/a%3Fb",
    "/releases/%zz",
    "/releases/%c3%28",
  ])("%s leads nowhere", async (path) => {
    const { status, headers } = await get(path);
    expect([status, headers.get("location")]).toEqual([404, null]);
  });
});

test.each([
  ["/docs", "/api/v2/docs"],
  ["/redoc", "/api/v2/docs"],
  ["/openapi.json", "/api/v2/openapi.json"],
])("%s leads to our own", async (path, to) => {
  const { status, headers } = await get(path);
  expect([status, headers.get("location")]).toEqual([302, to]);
});
