import { setTimeout as sleep } from "node:timers/promises";
import { MirrorServer, TempDir } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { generationsOf, PUBLISHED, publishGeneration } from "./lib/generations.ts";
import { runPawl } from "./lib/pawl.ts";
import { processesOf, ServerProcess } from "./lib/server-process.ts";

// The power fails, or somebody kills what runs: whatever the moment, what a feed was or what it became is there
// afterwards, and nothing in between.

let dir: TempDir;
let mirror: MirrorServer;
let generation = 1;
let server: ServerProcess;
let token: string;

beforeAll(async () => {
  dir = await TempDir.create();
  mirror = await MirrorServer.start();
});
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  await mirror.resume();
});
afterAll(async () => {
  await mirror?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

/** Refreshes all the time, so that something is always being written. */
async function start(catalog: object = {}): Promise<void> {
  server = await ServerProcess.start(dir.join("state"), {
    catalog: { refresh: "300ms", index_refresh: "300ms", ...catalog },
    distributions: { openwrt: { upstream_url: mirror.url } },
  });
}

/** By hand: what failed while the mirror was away would be tried again half a minute later. */
async function refresh(): Promise<void> {
  const answer = await server.caller.post("/api/v2/catalog/refresh", {}, { authorization: `Bearer ${token}` });
  expect([answer.status, answer.json.failed]).toEqual([200, []]);
}

const PATIENCE = { timeout: 60_000 };
const INDEX = "/json/v1/releases/24.10.5/packages/x86_64-index.json";

async function shown(): Promise<number[]> {
  const { status, json, text } = await server.caller.get(INDEX);
  if (status !== 200) throw new Error(`${status} ${text}`);
  return generationsOf(json);
}

/** A new generation, to the moment in which the server has just got it. */
async function publish(): Promise<void> {
  mirror.clearLog();
  publishGeneration(mirror, ++generation);
  await expect.poll(() => mirror.traffic(PUBLISHED).bodies, { ...PATIENCE, interval: 5 }).toBeGreaterThan(0);
}

const all = () => [generation, generation, generation];

test("kill -9 during a refresh leaves nothing half-visible, whether of the server, its database or both", async () => {
  publishGeneration(mirror, generation);
  await start();
  await expect.poll(() => shown(), PATIENCE).toEqual(all());
  const made = await runPawl(["token", "create", "test", "--scope", "catalog:refresh", "--config", server.configFile]);
  token = made.stdout.trim();

  const left: string[][] = [];
  for (const [what, after] of KILLS) {
    await publish();
    await sleep(after);
    if (what !== "server") await server.killDatabase();
    if (what === "database") {
      // It goes on from memory, and has its database back by itself.
      const until = performance.now() + PATIENCE.timeout;
      do expect(await shown()).toSatisfy(isOldOrNew);
      while ((await server.caller.get("/health/ready")).status !== 200 && performance.now() < until);
      await refresh();
      expect(await shown()).toEqual(all());
      continue;
    }
    await server.end("SIGKILL");
    // What is shown now is what was written: there is nothing to read it from anew.
    await mirror.stop();
    await start();
    const seen = await shown();
    expect(seen).toSatisfy(isOldOrNew);
    left.push(seen.map((one) => (one === generation ? "new" : "old")));
    await mirror.resume();
    await refresh();
    expect(await shown()).toEqual(all());
  }
  // Some were killed in time: what they were about to write isn't there.
  expect(left.flat()).toContain("old");

  // What is written has the validators that belong to it: nothing is read twice.
  mirror.clearLog();
  await expect.poll(() => mirror.traffic(PUBLISHED).notModified, PATIENCE).toBeGreaterThan(1);
  expect(mirror.traffic(PUBLISHED).bodies).toBe(0);
  expect(await server.end("SIGTERM")).toBe(0);
  expect(await processesOf(dir.path)).toEqual([]);
});

const KILLS: [what: "server" | "database" | "both", afterMs: number][] = [
  ["server", 0],
  ["server", 60],
  ["database", 30],
  ["both", 120],
];

function isOldOrNew(seen: number[]): boolean {
  return seen.every((one) => one === generation || one === generation - 1);
}

test("SIGTERM: what is asked is answered, nothing new is taken, and nobody is left behind", async () => {
  await start({ refresh: "10m", index_refresh: "1h" });
  expect((await server.caller.get("/json/v1/latest.json")).status).toBe(200);
  mirror.misbehave("releases/25.12.1/targets/ath79/generic/profiles.json", { kind: "slow", bytesPerSecond: 8_000 });
  const running = server.caller.get("/json/v1/releases/25.12.1/targets/ath79/generic/tplink_archer-c7-v2.json");
  await expect.poll(() => mirror.traffic("releases/25.12.1/targets/ath79/").requests, PATIENCE).toBeGreaterThan(0);
  const ended = server.end("SIGTERM");
  await expect.poll(() => server.lines.some(({ msg }) => msg === "stopping"), PATIENCE).toBe(true);
  await expect
    .poll(() => server.caller.raw("GET / HTTP/1.1\r\n\r\n").catch(({ code }) => code), PATIENCE)
    .toBe("ECONNREFUSED");
  const answer = await running;
  expect([answer.status, answer.json.id, answer.headers.connection]).toEqual([200, "tplink_archer-c7-v2", "close"]);
  expect(await ended).toBe(0);
  expect(server.lines.filter(({ level }) => level === "error")).toEqual([]);
  expect(await processesOf(dir.path)).toEqual([]);
});
