import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../cli/testing/run-command.ts";
import { assertDescribed } from "../http/testing/described-answer.ts";
import { type CallInit, type ServedServer, serveAll } from "../http/testing/served-server.ts";
import { alone } from "./alone.ts";

const taken = new AsyncDisposableStack();
let server: ServedServer;
let token: string;
let configPath: string;

beforeAll(async () => {
  server = taken.use(await serveAll({ config: { store: { budget: "1MB" } } }));
  token = await server.tokenFor("admin");
  const dir = taken.use(await TempDir.create());
  configPath = dir.join("pawl-server.yaml");
  await writeFile(configPath, JSON.stringify(server.settings));
});
afterAll(() => taken.disposeAsync());

async function gc(body: object, init: CallInit = { token }) {
  const called = await server.call("/api/v2/gc", { method: "POST", body, ...init });
  assertDescribed("POST", "/api/v2/gc", called.status, called.json);
  return called;
}

/** A command on the same database. */
const pawl = (...args: string[]) => runCommand([...args, "--config", configPath]);

/** One that was done five hours ago, as the database has it. */
async function addBuild(expires: string, bytes: number): Promise<string> {
  const id = randomBytes(16).toString("hex");
  await sql`
    insert into build (id, key, line, queue, inputs, recipe, state, version, target, is_listed,
      enqueued_at, finished_at, expires_at, catalog_digest, bytes)
    values (${id}, ${id + id}, nextval('build_line'), 'ath79', '{}', '{}', 'done', '24.10.5', 'ath79/generic', true,
      now() - interval '5 hours', now() - interval '5 hours', now() + ${expires}::interval, '', ${bytes})`.execute(
    server.composition.database.kysely,
  );
  return id;
}

test("what isn't kept is told and removed over the API, by an admin", async () => {
  expect((await gc({}, {})).status).toBe(401);
  expect((await gc({}, { token: await server.tokenFor("builds:manage") })).status).toBe(403);
  const id = await addBuild("-3 hours", 2_500_000);
  const { json } = await gc({ dry_run: true });
  expect(json).toMatchObject({
    dry_run: true,
    removed: [{ reason: "expired", count: 1, bytes: 2_500_000 }],
    listed: [{ build: id, reason: "expired", bytes: 2_500_000, about: "24.10.5 ath79/generic" }],
    budget: 1_048_576,
  });
  expect((await gc({})).json).toEqual({ ...json, dry_run: false });
  expect((await gc({})).json).toMatchObject({ removed: [], listed: [] });
});

test("the command says the same in words, with what it comes to", async () => {
  const id = await addBuild("-3 hours", 2_500_000);
  await addBuild("1 day", 3_000_000);
  const dry = await pawl("gc", "--dry-run");
  expect(dry.out).toContain("Would go now:\n  1  2.5 MB  their time is over\n");
  expect(dry.out).toContain(`${id.slice(0, 12)}…  2.5 MB  24.10.5 ath79/generic  used 5 hours ago  expired\n`);
  expect(dry.out).toContain("the time of 1 build, 3.0 MB, would be ended.");
  const { out, code } = await pawl("gc");
  expect([code, out.replace(/ {2,}.*\n/g, "")]).toEqual([
    0,
    "Gone:\nToo much for the budget: the time of 1 build, 3.0 MB, is over now. They go in a few minutes, unless somebody wants them: a server does that, or this command, called again.\nKept: 0 kB of 1.0 MB that store.budget allows.\n",
  ]);
  expect(JSON.parse((await pawl("gc", "--json")).out)).toMatchObject({ success: true, removed: [], kept: 0 });
});

test("what was removed last is told to who manages builds", async () => {
  const id = await addBuild("-3 hours", 1_500_000);
  await gc({});
  const last = async (as: string) => {
    const { json, status } = await server.call("/api/v2/gc", { token: as });
    assertDescribed("GET", "/api/v2/gc", status, json);
    return { json, status };
  };
  expect((await last(await server.tokenFor("stats:read"))).status).toBe(403);
  const { json } = await last(await server.tokenFor("builds:manage"));
  expect(json).toMatchObject({
    every_seconds: 3_600,
    last: {
      trouble: null,
      report: { dry_run: false, listed: [{ build: id, used_at: expect.stringContaining("T") }] },
    },
  });
  expect(Date.parse(json.last.ended_at)).toBeGreaterThanOrEqual(Date.parse(json.last.began_at));
});

test("while a server is at it that is said, and nothing is done", async () => {
  const signal = new AbortController().signal;
  const said = await alone(server.composition.database, signal, async () => [
    (await gc({})).json.busy,
    await pawl("gc"),
    (await pawl("gc", "--json")).code,
  ]);
  expect(said).toEqual([true, { code: 1, out: "A server is at it already: nothing was done.\n", err: "" }, 1]);
});

test("causes of failures and durations of builds are told to everybody", async () => {
  const { stats } = server;
  stats.count("failure", "too_big", 2);
  stats.count("build-duration", "60", 3);
  await stats.flush();
  for (const [path, answer] of [
    ["/api/v2/stats/failures", { items: [{ name: "too_big", count: 2 }] }],
    ["/api/v2/stats/durations", { builds: 3, p50: 52.5, p90: 58.5, p99: 59.9, classes: [{ seconds: 60, builds: 3 }] }],
  ] as const) {
    const { json, status } = await server.call(path);
    assertDescribed("GET", path, status, json);
    expect(json).toEqual(answer);
  }
});
