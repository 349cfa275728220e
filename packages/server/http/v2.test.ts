import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf, serverClient } from "../../ui/data/server.ts";
import { assertDescribed } from "./testing/described-answer.ts";
import { type CallInit, type ServedServer, serveAll } from "./testing/served-server.ts";

const OPENWRT = "/api/v2/distributions/openwrt";
const TARGET = `${OPENWRT}/versions/24.10.5/targets/ath79/generic`;

let server: ServedServer;

/** A call whose answer is as the OpenAPI document has it. */
async function call(path: string, init: CallInit = {}) {
  const called = await server.call(path, init);
  assertDescribed(init.method ?? "GET", path, called.status, called.json);
  return called;
}
const names = (items: { name: string }[]) => items.map(({ name }) => name);

beforeAll(async () => {
  server = await serveAll();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("the catalog", () => {
  test("lists distributions, and says of one what is newest", async () => {
    const { json } = await call("/api/v2/distributions");
    expect(names(json.items)).toEqual(["openwrt", "lede"]);
    const one = await call(OPENWRT);
    expect(one.json).toMatchObject({ stable: "25.12.1", oldstable: "24.10.5", upcoming: "26.05.0-rc1", trouble: null });
    expect(one.json.starting_points).toContainEqual({ version: "18.06.2", targets: expect.any(Array) });
  });

  test("lists branches with their versions", async () => {
    const { json } = await call(`${OPENWRT}/branches`);
    expect(json.items.find(({ name }: { name: string }) => name === "24.10")).toEqual({
      name: "24.10",
      enabled: true,
      snapshot: false,
      path: "releases/{version}",
      branch_off_rev: 27990,
      versions: ["24.10.5", "24.10.4", "24.10-SNAPSHOT"],
    });
  });

  test("lists versions by branch and kind, page by page", async () => {
    expect(names((await call(`${OPENWRT}/versions?branch=24.10&kind=release`)).json.items)).toEqual([
      "24.10.5",
      "24.10.4",
    ]);
    expect(names((await call(`${OPENWRT}/versions?kind=candidate`)).json.items)).toEqual(["26.05.0-rc1"]);
    const all = (await call(`${OPENWRT}/versions`)).json;
    const seen: string[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const { json } = await call(`${OPENWRT}/versions?limit=4${next ? `&cursor=${next}` : ""}`);
      seen.push(...names(json.items));
      next = json.next;
    }
    expect([seen, all.next]).toEqual([names(all.items), null]);
  });

  test("shows a version, its targets, a target and a profile", async () => {
    expect((await call(`${OPENWRT}/versions/24.10.5`)).json).toMatchObject({ branch: "24.10", kind: "release" });
    expect((await call(`${OPENWRT}/versions/24.10.5/targets`)).json.items).toContainEqual({
      name: "ath79/generic",
      architecture: "mips_24kc",
    });
    const target = (await call(TARGET)).json;
    expect(target).toMatchObject({ architecture: "mips_24kc", version_number: "24.10.5" });
    expect(target.version_code).toMatch(/^r29087-/);
    expect(names(target.profiles)).toContain("tplink_archer-c7-v2");
    const profile = (await call(`${TARGET}/profiles/tplink_archer-c7-v2`)).json;
    expect(profile.supported_devices).toContain("tplink,archer-c7-v2");
    expect(profile.images[0]).toMatchObject({
      name: expect.any(String),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("finds a profile by the name that a device has for itself", async () => {
    const { json } = await call(`${TARGET}/profiles/${encodeURIComponent("tplink,archer-c7-v2")}`);
    expect(json.name).toBe("tplink_archer-c7-v2");
  });

  test("finds a model by words in any order", async () => {
    const { json } = await call(`${OPENWRT}/versions/24.10.5/models?query=c7%20tp-link`);
    expect(json.items[0]).toMatchObject({ profile: "tplink_archer-c7-v2", target: "ath79/generic" });
    expect((await call(`${OPENWRT}/versions/24.10.5/models?query=nosuchthing`)).json.items).toEqual([]);
    expect((await call(`${OPENWRT}/versions/24.10.5/models`)).json.items.length).toBeGreaterThan(3);
  });

  test("finds packages by name first, then by description, with all that there is to know", async () => {
    const { json } = await call(`${TARGET}/packages?query=luci&limit=5`);
    expect(json.items[0].name).toBe("luci");
    expect(json.next).not.toBeNull();
    const one = (await call(`${TARGET}/packages/luci`)).json;
    expect(one).toMatchObject({ feed: "luci", size: expect.any(Number), installed_size: expect.any(Number) });
    expect(one.depends).toContain("luci-light");
    expect(
      (await call(`${TARGET}/packages?feed=luci&query=ssl`)).json.items.every(
        (it: { feed: string }) => it.feed === "luci",
      ),
    ).toBe(true);
  });

  test("is not sent again to who has it", async () => {
    for (const path of [OPENWRT, TARGET, `${OPENWRT}/versions`, `${TARGET}/packages?limit=5`, "/api/v2/openapi.json"]) {
      const etag = (await server.call(path)).headers.get("etag") ?? "";
      const again = await server.call(path, { headers: { "if-none-match": etag } });
      expect([path, again.status, again.json]).toEqual([path, 304, ""]);
    }
  });

  test("answers HEAD where it answers GET", async () => {
    const { status, headers } = await server.call(TARGET, { method: "HEAD" });
    expect([status, Number(headers.get("content-length")) > 100]).toEqual([200, true]);
  });

  test("lists what is read from upstream page by page, with how much there is in all", async () => {
    const path = "/api/v2/catalog/resources?distribution=openwrt";
    await call(`${OPENWRT}/versions/24.10.5/targets`);
    const { items, total, next } = (await call(path)).json;
    expect([items.length, next]).toEqual([total, null]);
    const seen: unknown[] = [];
    let cursor = "";
    for (let pages = 0; pages === 0 || cursor !== ""; pages++) {
      const page = (await call(`${path}&limit=1${cursor}`)).json;
      expect([page.items.length, page.total]).toEqual([1, total]);
      seen.push(page.items[0].path);
      cursor = page.next === null ? "" : `&cursor=${page.next}`;
      const other = cursor && (await call(`${path}&limit=1&kind=index${cursor}`));
      if (other) expect(other.status).toBe(400);
    }
    expect(seen).toEqual(items.map((item: { path: string }) => item.path));
    const targets = (await call(`${path}&kind=targets`)).json;
    expect([targets.total, targets.items[0].path]).toEqual([1, "releases/24.10.5/.targets.json"]);
    const read: (object | undefined)[] = [];
    const { resources } = server.catalog;
    server.catalog.resources = (filter) => {
      read.push(filter);
      return resources.call(server.catalog, filter);
    };
    await call(`${path}&limit=1`);
    server.catalog.resources = resources;
    expect(read).toEqual([expect.objectContaining({ limit: 2 })]);
  });
});

describe("what isn't there", () => {
  test.each([
    ["/api/v2/distributions/debian", 404, "unknown_distribution"],
    [`${OPENWRT}/versions/1.2.3`, 404, "unknown_version"],
    [`${OPENWRT}/versions/24.10.5/targets/nope/nope`, 404, "unknown_target"],
    [`${TARGET}/profiles/nope`, 404, "unknown_profile"],
    [`${TARGET}/packages/nope`, 404, "not_found"],
    [`${OPENWRT}/versions/..%2f..%2fetc/targets`, 400, "bad_request"],
    [`${OPENWRT}/versions/a%0ab`, 400, "bad_request"],
    [`${OPENWRT}/versions/${"9".repeat(300)}`, 400, "bad_request"],
    [`${OPENWRT}/versions?limit=0`, 400, "bad_request"],
    [`${OPENWRT}/versions?limit=many`, 400, "bad_request"],
    [`${OPENWRT}/versions?cursor=forged`, 400, "bad_request"],
    [`${OPENWRT}/versions?sort=name`, 400, "bad_request"],
    ["/api/v2/catalog/resources?trouble=perhaps", 400, "bad_request"],
  ])("%s is %d %s", async (path, status, code) => {
    const called = await call(path);
    expect([called.status, called.json.error.code]).toEqual([status, code]);
    expect(called.json.error.message).toMatch(/^[A-Z].*\.$/);
    expect(called.json.request_id).toBe(called.headers.get("x-request-id"));
  });

  test("names the parameter that is wrong", async () => {
    const { json } = await call(`${OPENWRT}/versions?sort=name`);
    expect(json.error).toMatchObject({
      field: "sort",
      in: "query",
      message: 'There is no parameter "sort" in this call.',
    });
  });
});

describe("an upgrade check", () => {
  const check = (body: unknown) => call("/api/v2/upgrade-checks", { method: "POST", body });
  const DEVICE = { distribution: "openwrt", version: "23.05.6", target: "ath79/generic" };

  test("offers the newest stable release, with the packages it would have and why they differ", async () => {
    const { status, json } = await check({ ...DEVICE, installed: { luci: "1", auc: "1" } });
    expect([status, json.offered.name, json.new_release]).toEqual([200, "25.12.1", true]);
    expect(json.packages).toEqual(expect.arrayContaining(["luci", "owut"]));
    expect(json.changes.find(({ from }: { from: string[] }) => from[0] === "auc")).toMatchObject({
      kind: "rename",
      to: ["owut"],
      reason: expect.stringMatching(/owut/),
    });
  });

  test("of a release nobody has the index of any more says what is missing, and refuses nothing", async () => {
    const old = { ...DEVICE, version: "18.06.2", target: "ar71xx/generic" };
    const { status, json } = await check({ ...old, installed: { luci: "1", "python-light": "2.7.15-1" } });
    expect([status, json.packages]).toEqual([200, ["luci"]]);
    expect(json.changes).toContainEqual(expect.objectContaining({ kind: "missing", from: ["python-light"] }));
  });

  test("is counted", async () => {
    await check(DEVICE);
    await server.stats.flush();
    expect((await call("/api/v2/stats/days")).json.items.at(-1).upgrade_checks).toBeGreaterThan(0);
  });

  test.each([
    [{}, 400, { field: "distribution", message: 'The field "distribution" is missing.' }],
    ["[]", 400, { message: "The body has to be a JSON object." }],
    ["{", 400, { code: "bad_request" }],
    [{ ...DEVICE, target: "../x" }, 400, { field: "target" }],
    [{ ...DEVICE, installed: { "a\nb": "1" } }, 400, { code: "bad_request" }],
    [{ ...DEVICE, colour: "red" }, 400, { message: 'There is no field "colour" in this call.' }],
    [{ ...DEVICE, version: "1.2.3" }, 404, { code: "unknown_version" }],
    [{ ...DEVICE, distribution: "debian" }, 404, { code: "unknown_distribution" }],
    [
      { ...DEVICE, installed: { "no-such-package": "1" } },
      422,
      { code: "unknown_package", packages: ["no-such-package"] },
    ],
  ])("of %j is %d", async (body, status, error) => {
    const called = await check(body);
    expect([called.status, called.json.error]).toEqual([status, expect.objectContaining(error)]);
  });
});

describe("what needs a scope", () => {
  test("is refused without a token, with a wrong one, and with one for something else", async () => {
    const refresh = (token?: string) => call("/api/v2/catalog/refresh", { method: "POST", body: {}, token });
    const without = await refresh();
    expect([without.status, without.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="pawl"']);
    expect((await refresh("pawl_wrong")).status).toBe(401);
    const other = await refresh(await server.tokenFor("stats:read"));
    expect([other.status, other.json.error.scope]).toEqual([403, "catalog:refresh"]);
    expect((await refresh(await server.tokenFor("catalog:refresh"))).status).toBe(200);
  });

  test("a wrong token is refused even where none is needed", async () => {
    expect((await call("/api/v2/server", { token: "pawl_wrong" })).status).toBe(401);
    expect((await call("/api/v2/server", { headers: { authorization: "Basic eDp5" } })).status).toBe(401);
  });

  test("figures of the operator's", async () => {
    expect((await call("/api/v2/stats/clients")).status).toBe(401);
    const token = await server.tokenFor("stats:read");
    expect((await call("/api/v2/stats/clients", { token })).json).toEqual({ items: [] });
    expect((await call("/api/v2/stats/build-errors", { token })).json).toEqual({ total: 0, items: [] });
  });

  test("an admin makes, lists and revokes tokens", async () => {
    const token = await server.tokenFor("admin");
    const body = { name: "nightly", scopes: ["catalog:refresh"], expires_at: null };
    const made = await call("/api/v2/tokens", { method: "POST", body, token });
    expect([made.status, made.headers.get("cache-control")]).toEqual([201, "no-store"]);
    const refreshed = await call("/api/v2/catalog/refresh", { method: "POST", body: {}, token: made.json.token });
    expect(refreshed.status).toBe(200);
    const listed = (await call("/api/v2/tokens", { token })).json;
    expect(names(listed.items)).toContain("nightly");
    expect(JSON.stringify(listed)).not.toContain(made.json.token);
    expect((await call("/api/v2/tokens", { method: "POST", body, token })).status).toBe(400);
    expect((await call(`/api/v2/tokens/${made.json.id}`, { method: "DELETE", token })).status).toBe(204);
    expect((await call(`/api/v2/tokens/${made.json.id}`, { method: "DELETE", token })).status).toBe(404);
    const gone = await call("/api/v2/catalog/refresh", { method: "POST", body: {}, token: made.json.token });
    expect(gone.status).toBe(401);
  });
});

test("the figures are there, of nothing too", async () => {
  for (const what of ["summary", "days", "versions", "packages", "targets"]) {
    expect((await call(`/api/v2/stats/${what}`)).status).toBe(200);
  }
  expect((await call("/api/v2/stats/summary")).json.package_names).toBeGreaterThan(100);
});

test("the typed client of the pages speaks with it", async () => {
  const client = serverClient({ url: server.url });
  const { items } = await answerOf(
    client.GET("/api/v2/distributions/{distribution}/versions", {
      params: { path: { distribution: "openwrt" }, query: { kind: "release", limit: 1 } },
    }),
  );
  expect(items[0]?.name).toBe("25.12.1");
  const missing = client.GET("/api/v2/distributions/{distribution}", { params: { path: { distribution: "debian" } } });
  await expect(missing).rejects.toMatchObject({ name: "ApiFailure", code: "unknown_distribution", status: 404 });
});

describe("when the mirror is down", () => {
  test("what is there is served with its trouble and its age, what isn't is 503", async () => {
    await call(TARGET);
    const before = (await server.call(TARGET)).headers.get("etag");
    server.mirror.misbehave("/", "down");
    const token = await server.tokenFor("catalog:refresh");
    const refreshed = await call("/api/v2/catalog/refresh", {
      method: "POST",
      body: { distribution: "openwrt" },
      token,
    });
    expect(refreshed.json.failed.length).toBeGreaterThan(0);
    const stale = await call(TARGET);
    expect(stale.json.trouble).toMatchObject({ code: expect.any(String), since: expect.any(String) });
    expect(stale.json.version_number).toBe("24.10.5");
    expect(stale.headers.get("etag")).not.toBe(before);
    const missing = await call(`${OPENWRT}/versions/22.03.7/targets`);
    expect([missing.status, Number(missing.headers.get("retry-after")) > 0]).toEqual([503, true]);
    const { json } = await call("/api/v2/catalog/resources?trouble=true&limit=5");
    expect(json.items[0].trouble).toMatchObject({
      message: expect.stringMatching(/\.$/),
      data_from: expect.any(String),
    });
    expect(json.in_trouble).toBeGreaterThan(0);
    expect((await call("/health/ready")).json.status).toBe("ready");
    server.mirror.heal();
  });
});
