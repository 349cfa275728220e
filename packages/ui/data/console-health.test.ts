import { expect, test } from "vitest";
import { type HealthSources, healthLines, worstTone } from "./console-health.ts";
import { answerOf, serverClient } from "./server.ts";
import { readHealth } from "./console-reads.ts";
import { serverStandIn } from "../stand-in/server/server.ts";
import type { ServerScenario } from "../stand-in/server/scenarios.ts";

async function sourcesOf(scenario: ServerScenario, token?: string): Promise<HealthSources> {
  const client = serverClient({ url: "http://server.test", token, fetch: serverStandIn(scenario) });
  return readHealth(client, new AbortController().signal);
}

const lineOf = async (scenario: ServerScenario, part: string, token: string | undefined = "pawl_stand-in") =>
  healthLines(await sourcesOf(scenario, token)).find((line) => line.part === part);

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
  const lines = healthLines(sources);
  expect(lines.find(({ part }) => part === "workers")).toMatchObject({ tone: "unknown", reason: "not-told" });
  expect(lines.find(({ part }) => part === "queue")).toMatchObject({ reason: "waits", running: null });
});

test("a part of the catalog in trouble is worth attention, and names its branches", () => {
  const branch = { distribution: "openwrt", checked_at: null, oldest_at: null };
  const branches = [
    { ...branch, branch: "25.12", total: 90, in_trouble: 0 },
    { ...branch, branch: "24.10", total: 10, in_trouble: 2 },
  ];
  const [mirror] = healthLines({ branches, summary: undefined, queue: undefined, workers: undefined, checks: [] });
  expect(mirror).toMatchObject({ tone: "attention", inTrouble: 2, total: 100, branches: ["24.10"] });
});

test("the database has a line only when it is in trouble", () => {
  const nothing = { branches: undefined, summary: undefined, queue: undefined, workers: undefined };
  const checks = [{ name: "database", trouble: "It did not answer within 2 s." }];
  const lines = healthLines({ ...nothing, checks });
  expect(lines.at(-1)).toMatchObject({ part: "database", tone: "trouble" });
  expect(worstTone(lines)).toBe("trouble");
  expect(worstTone(healthLines({ ...nothing, checks: undefined }))).toBe("unknown");
});

test("a token that isn't known is no answer at all", async () => {
  await expect(sourcesOf("normal", "pawl_other")).rejects.toMatchObject({ status: 401 });
  await expect(answerOf(serverClient({ url: "http://server.test", fetch: serverStandIn("normal") }).GET("/api/v2/queue"))).rejects.toMatchObject({ status: 401 });
});
