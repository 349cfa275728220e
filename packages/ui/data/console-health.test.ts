import { expect, test } from "vitest";
import type { ServerScenario } from "../stand-in/server/scenarios.ts";
import { serverStandIn } from "../stand-in/server/server.ts";
import { type HealthSources, healthLines, worstTone } from "./console-health.ts";
import { readHealth } from "./console-reads.ts";
import { answerOf, serverClient } from "./server.ts";

const NOTHING: HealthSources = {
  ...{ branches: undefined, summary: undefined, queue: undefined, workers: undefined, checks: undefined },
};

async function sourcesOf(scenario: ServerScenario, token?: string): Promise<HealthSources> {
  const client = serverClient({ url: "http://server.test", token, fetch: serverStandIn(scenario) });
  return readHealth(client, { workers: token !== undefined, clients: false }, new AbortController().signal);
}

const lineOf = async (scenario: ServerScenario, part: string, token: string | undefined = "pawl_stand-in") =>
  healthLines(await sourcesOf(scenario, token), Date.now()).find((line) => line.part === part);

test.each([
  ["normal", "mirror", "well", "read"],
  ["catalog-trouble", "mirror", "trouble", "check"],
  ["empty", "mirror", "attention", "nothing-read"],
  ["normal", "queue", "well", "waits"],
  ["store-full", "queue", "well", "nothing-waits"],
  ["workers-gone", "queue", "trouble", "stuck"],
  ["normal", "workers", "well", "work"],
  ["workers-gone", "workers", "trouble", "no-workers"],
  ["worker-trouble", "workers", "attention", "worker-trouble"],
  ["normal", "store", "well", "stored"],
  ["store-full", "store", "trouble", "check"],
] as const)("in %s the %s is %s: %s", async (scenario, part, tone, reason) => {
  expect(await lineOf(scenario, part)).toMatchObject({ tone, reason });
});

test("what nobody without a token is told isn't guessed", async () => {
  const sources = await sourcesOf("normal", undefined);
  const lines = healthLines(sources, Date.now());
  expect(lines.find(({ part }) => part === "workers")).toMatchObject({ tone: "unknown", reason: "not-told" });
  expect(lines.find(({ part }) => part === "queue")).toMatchObject({ reason: "waits", running: null });
});

test("a part of the catalog in trouble is worth attention, and names its branches", () => {
  const branch = { distribution: "openwrt", checked_at: null, oldest_at: null };
  const branches = [
    { ...branch, branch: "25.12", total: 90, in_trouble: 0 },
    { ...branch, branch: "24.10", total: 10, in_trouble: 2 },
  ];
  const [mirror] = healthLines({ ...NOTHING, branches, checks: [] }, Date.now());
  expect(mirror).toMatchObject({ tone: "attention", inTrouble: 2, total: 100, branches: ["24.10"] });
});

test("the database has a line only when it is in trouble", () => {
  const checks = [{ name: "database", trouble: "It did not answer within 2 s." }];
  const lines = healthLines({ ...NOTHING, checks }, Date.now());
  expect(lines.at(-1)).toMatchObject({ part: "database", tone: "trouble" });
  expect(worstTone(lines)).toBe("trouble");
  expect(worstTone(healthLines(NOTHING, Date.now()))).toBe("unknown");
});

test.each([
  ["queue-long", 0, "well"],
  ["queue-long", 3_600_000, "attention"],
] as const)("in %s, seen %i ms later, the queue is %s", async (scenario, later, tone) => {
  const lines = healthLines(await sourcesOf(scenario, "pawl_stand-in"), Date.now() + later);
  expect(lines.find(({ part }) => part === "queue")).toMatchObject({ reason: "waits", tone });
});

test("a store whose budget is used up says so, and is well all the same", async () => {
  const { summary } = await sourcesOf("normal", "pawl_stand-in");
  if (!summary) throw new Error("The stand-in has no figures.");
  const store = { bytes: 49_000_000_000, budget: 50_000_000_000 };
  const lines = healthLines({ ...NOTHING, checks: [], summary: { ...summary, store } }, Date.now());
  expect(lines.find(({ part }) => part === "store")).toMatchObject({ reason: "budget-full", tone: "well" });
});

test("what a token isn't good for is asked for once only", async () => {
  const standIn = serverStandIn("normal");
  let refusals = 0;
  const refusing: typeof globalThis.fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    if (!/\/(workers|queue)$/.test(pathname)) return standIn(input, init);
    refusals += 1;
    const body = { error: { code: "forbidden", message: "This needs a token with the scope workers:read." } };
    return Promise.resolve(Response.json(body, { status: 403 }));
  };
  const client = serverClient({ url: "http://server.test", fetch: refusing });
  const may = { workers: true, clients: false };
  const { signal } = new AbortController();
  expect(await readHealth(client, may, signal)).toMatchObject({ queue: null, workers: null });
  await readHealth(client, may, signal);
  expect(refusals).toBe(2);
});

test("a token that isn't known is no answer at all", async () => {
  await expect(sourcesOf("normal", "pawl_other")).rejects.toMatchObject({ status: 401 });
  await expect(
    answerOf(serverClient({ url: "http://server.test", fetch: serverStandIn("normal") }).GET("/api/v2/queue")),
  ).rejects.toMatchObject({ status: 401 });
});
