import { describe, expect, test } from "vitest";
import { answerOf, serverClient } from "../../data/server.ts";
import { watchBuild } from "../../data/watch-build.ts";
import { describedBy } from "../testing/described.ts";
import { SERVER_SCENARIOS, type ServerScenario } from "./scenarios.ts";
import { serverStandIn } from "./server.ts";

const URL_BASE = "http://server.test";
const TOKEN = "pawl_stand-in";
const described = describedBy("server");
const names = Object.keys(SERVER_SCENARIOS) as ServerScenario[];
const VERSION = "/api/v2/distributions/openwrt/versions/25.12.1";
const TARGET = `${VERSION}/targets/ath79/generic`;
const CALLS = [
  ...["/api/v2/server", "/health/live", "/health/ready", "/api/v2/distributions", "/api/v2/distributions/openwrt"],
  ...[
    "/api/v2/distributions/openwrt/branches",
    "/api/v2/distributions/openwrt/versions",
    VERSION,
    `${VERSION}/targets`,
  ],
  ...[`${VERSION}/models?query=archer`, TARGET, `${TARGET}/packages?query=luci`, `${TARGET}/packages/luci`],
  ...[`${TARGET}/profiles/tplink_archer-c7-v2`, `${TARGET}/profiles/no-such`, `${TARGET}/packages/no-such`],
  ...["/api/v2/catalog/branches", "/api/v2/catalog/resources?sort=trouble", "/api/v2/builds", "/api/v2/builds/none"],
  ...["/api/v2/workers", "/api/v2/queue", "/api/v2/tokens", "/api/v2/stats/summary", "/api/v2/stats/days"],
  ...["/api/v2/stats/versions", "/api/v2/stats/packages", "/api/v2/stats/targets", "/api/v2/stats/failures"],
  ...["/api/v2/stats/durations", "/api/v2/stats/clients", "/api/v2/stats/build-errors"],
];
const ASKED = { version: "25.12.1", target: "ath79/generic", profile: "tplink_archer-c7-v2" };

function serverOf(name: ServerScenario, speed = 2_000) {
  const fetch = serverStandIn(name, { speed });
  const options = { url: URL_BASE, fetch, token: TOKEN };
  const ask = async (path: string, body?: object) => {
    const request = body && { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(URL_BASE + path, { ...request, headers: { authorization: `Bearer ${TOKEN}` } });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  };
  return { fetch, options, ask, client: serverClient(options) };
}

describe.each(names.filter((name) => name !== "unreachable"))("the scenario %s", (name) => {
  test("answers as the API is described", async () => {
    const { ask } = serverOf(name, 1e6);
    for (const path of CALLS) {
      const { status, body } = await ask(path);
      expect(described("GET", path.replace(/\?.*/, ""), status, body)).toBeNull();
    }
    const { status, body } = await ask("/api/v2/builds", ASKED);
    expect(described("POST", "/api/v2/builds", status, body)).toBeNull();
  });
});

test("every build of the console's list can be looked at, with its log", async () => {
  const { ask } = serverOf("builds-many");
  const { body } = await ask("/api/v2/builds?limit=500");
  expect(new Set(body.items.map(({ state }: { state: string }) => state))).toEqual(
    new Set(["queued", "running", "done", "failed", "withdrawn"]),
  );
  for (const { id } of body.items.slice(0, 60)) {
    for (const path of [`/api/v2/builds/${id}`, `/api/v2/builds/${id}/log`]) {
      const told = await ask(path);
      expect(described("GET", path, told.status, told.body)).toBeNull();
    }
  }
});

test("a server that was just begun with has nothing in its lists", async () => {
  const { ask } = serverOf("empty");
  const lists = ["builds", "queue", "workers", "catalog/branches", "catalog/resources"];
  for (const list of lists) expect((await ask(`/api/v2/${list}`)).body.items, list).toEqual([]);
});

test("a list is paged without repeating or leaving out", async () => {
  const { client } = serverOf("normal");
  const path = { distribution: "openwrt", version: "25.12.1" };
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const query = { limit: 300, cursor };
    const call = client.GET("/api/v2/distributions/{distribution}/versions/{version}/models", {
      params: { path, query },
    });
    const { items, next } = await answerOf(call);
    for (const { profile } of items) found.add(profile);
    cursor = next ?? undefined;
  } while (cursor);
  expect(found.size).toBe(2_000);
});

async function watched(name: ServerScenario, packages: string[]) {
  const { ask, options } = serverOf(name);
  const { body } = await ask("/api/v2/builds", { ...ASKED, packages });
  const heard = [];
  for await (const event of watchBuild(options, body.build.id, AbortSignal.timeout(30_000))) heard.push(event);
  const builds = heard.flatMap((event) => (event.kind === "build" ? event.build : []));
  const numbers = heard.flatMap((event) => (event.kind === "line" ? event.line.number : []));
  return { builds, numbers, last: builds.at(-1), ask };
}

test("a build goes through the queue and its steps to its images", async () => {
  const { builds, numbers, last, ask } = await watched("normal", ["luci", "tcpdump"]);
  expect(builds[0]).toMatchObject({ state: "queued", position: 2 });
  expect(last).toMatchObject({ state: "done", step: "publish", failure: null });
  expect(last?.steps.map(({ step }) => step)).toEqual([
    "start",
    "download",
    "unpack",
    "resolve",
    "assemble",
    "publish",
  ]);
  expect(last?.result?.manifest).toHaveProperty("libpcap1");
  expect(last?.result?.artifacts[0]).toMatchObject({ use: "upgrade" });
  expect(numbers).toEqual(numbers.map((_, index) => index));
  const again = await ask("/api/v2/builds", { ...ASKED, packages: ["tcpdump", "luci"] });
  expect(again.body).toMatchObject({ outcome: "hit", build: { state: "done" } });
});

test("one that fails names the package", async () => {
  const { last, numbers, ask } = await watched("build-fails", ["luci-app-sqm"]);
  expect((await ask(`/api/v2/builds/${last?.id}/log`)).body.items).toHaveLength(numbers.length);
  expect(last).toMatchObject({
    state: "failed",
    failure: { code: "missing_package", culprits: [{ with: ["luci-app-sqm"] }] },
  });
});

test("what doesn't fit is said before, and fails", async () => {
  const { ask, last } = await watched("normal", ["dockerd"]);
  const { body } = await ask(`${TARGET}/package-sets`, {
    profile: ASKED.profile,
    packages: ["dockerd", "-ppp-mod-pppoe", "-ppp", "no-such"],
  });
  expect(described("POST", `${TARGET}/package-sets`, 200, body)).toBeNull();
  expect(body.image.expected_size).toBeGreaterThan(body.image.limit);
  expect(body).toMatchObject({
    unknown: ["no-such"],
    removed: expect.arrayContaining([expect.objectContaining({ name: "ppp" })]),
  });
  expect(last?.failure?.code).toBe("too_big");
});

test("what the operator sees needs a token that is good for it", async () => {
  const { fetch } = serverOf("normal");
  const statusOf = async (token?: string) =>
    (await fetch(`${URL_BASE}/api/v2/builds`, { headers: token ? { authorization: `Bearer ${token}` } : {} })).status;
  expect([
    await statusOf(),
    await statusOf("pawl_guess"),
    await statusOf("pawl_reader"),
    await statusOf(TOKEN),
  ]).toEqual([401, 401, 403, 200]);
});

test("a request is taken back with its secret only, and a failed build is tried again", async () => {
  const { ask } = serverOf("workers-gone");
  const { body } = await ask("/api/v2/builds", ASKED);
  expect(body.build).toMatchObject({ state: "queued", waits_for: "no worker for this target" });
  const path = `/api/v2/builds/${body.build.id}/withdrawals`;
  expect((await ask(path, { secret: "guess" })).status).toBe(403);
  expect((await ask(path, { secret: body.secret })).body.state).toBe("withdrawn");
  const failed = await watched("build-fails", []);
  const retried = await failed.ask(`/api/v2/builds/${failed.last?.id}/retry`, {});
  expect(retried.body).toMatchObject({ state: "queued", failure: null });
});

test("where too many ask, it is said when to come back", async () => {
  const { client } = serverOf("rate-limited");
  const asked = client.POST("/api/v2/builds", { body: ASKED as never });
  await expect(asked).rejects.toMatchObject({ code: "too_many_requests", status: 429, retryAfter: 42 });
});
