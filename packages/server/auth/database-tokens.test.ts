import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { DatabaseTokens } from "./database-tokens.ts";

const log = pino({ level: "silent" });
let now = new Date("2026-03-01T12:00:00Z");
let test_: TestDatabase;
let tokens: DatabaseTokens;

const open = () => new DatabaseTokens({ database: test_.database.kysely, clock: () => now, log });
const make = (name: string, expiresAt: Date | null = null) =>
  tokens.create({ name, scopes: ["stats:read"], expiresAt });

beforeAll(async () => {
  test_ = await createTestDatabase();
  tokens = open();
});
afterAll(async () => {
  await tokens[Symbol.asyncDispose]();
  await test_[Symbol.asyncDispose]();
});

/** What is read has been read long before it arrives. */
function withSlowReads() {
  const reads = new WeakSet<object>();
  return test_.database.kysely.withPlugin({
    transformQuery({ node, queryId }) {
      if (node.kind === "SelectQueryNode") reads.add(queryId);
      return node;
    },
    async transformResult({ result, queryId }) {
      if (reads.has(queryId)) await sleep(100);
      return result;
    },
  });
}

describe("a token", () => {
  test("is known again by those who have it, and can't be read from the database", async () => {
    const { token, info } = await make("console");
    expect(token).toMatch(/^pawl_[\w-]{43}$/);
    expect(await tokens.verify(token)).toMatchObject({ id: info.id, name: "console", scopes: ["stats:read"] });
    const rows = await test_.database.kysely.selectFrom("api_token").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice(5));
    expect(rows[0]?.sha256.toString("hex")).toBe(createHash("sha256").update(token).digest("hex"));
  });

  test("that was never made is nobody's", async () => {
    for (const token of ["", "x", `pawl_${"A".repeat(43)}`, `pawl_${"A".repeat(10_000)}`]) {
      expect(await tokens.verify(token)).toBeNull();
    }
  });

  test("is worth nothing once it has ended", async () => {
    const { token } = await make("short", new Date("2026-03-01T13:00:00Z"));
    expect(await tokens.verify(token)).not.toBeNull();
    now = new Date("2026-03-01T13:00:00Z");
    expect(await tokens.verify(token)).toBeNull();
  });

  test("is worth nothing once it was revoked, in another process within two seconds", async () => {
    await using other = open();
    const { token } = await make("gone");
    expect(await other.verify(token)).not.toBeNull();
    await tokens.revoke("gone");
    expect(await tokens.verify(token)).toBeNull();
    await expect.poll(() => other.verify(token), { timeout: 60_000, interval: 100 }).toBeNull();
    await expect(tokens.revoke("gone")).rejects.toMatchObject({ code: "not_found" });
  });

  test("counts at once, and no more at once, however slowly those there were are being read", async () => {
    await using slow = new DatabaseTokens({ database: withSlowReads(), clock: () => now, log });
    const guess = slow.verify(`pawl_${"A".repeat(43)}`);
    const { token } = await slow.create({ name: "quick", scopes: ["stats:read"], expiresAt: null });
    await guess;
    expect(await slow.verify(token)).not.toBeNull();
    const again = slow
      .create({ name: "other", scopes: ["stats:read"], expiresAt: null })
      .then(() => slow.verify(token));
    await slow.revoke("quick");
    await again;
    expect(await slow.verify(token)).toBeNull();
  });

  test("may be revoked by its id", async () => {
    const { info } = await make("by id");
    await tokens.revoke(info.id);
    expect((await tokens.list()).map(({ name }) => name)).not.toContain("by id");
  });

  test("is listed with when it was used last", async () => {
    const { token } = await make("used");
    expect((await tokens.list()).find(({ name }) => name === "used")?.lastUsedAt).toBeNull();
    await tokens.verify(token);
    expect((await tokens.list()).find(({ name }) => name === "used")?.lastUsedAt).toEqual(now);
  });

  test("goes on to count while the database is away", async () => {
    const { token } = await make("away");
    await using own = await createTestDatabase();
    const broken = new DatabaseTokens({ database: own.database.kysely, clock: () => now, log });
    const { token: other } = await broken.create({ name: "x", scopes: ["admin"], expiresAt: null });
    expect(await broken.verify(other)).not.toBeNull();
    await own[Symbol.asyncDispose]();
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ["performance"] });
    vi.advanceTimersByTime(60_000);
    expect(await broken.verify(other)).not.toBeNull();
    vi.useRealTimers();
    await broken[Symbol.asyncDispose]();
    expect(await tokens.verify(token)).not.toBeNull();
  });
});

test.each([
  ["without a name", { name: "" }],
  ["with a name that forges a line", { name: "a\nb" }],
  ["without a scope", { scopes: [] }],
  ["that has ended already", { expiresAt: new Date("2020-01-01") }],
])("a token %s is refused", async (_, wrong) => {
  const token = { name: "good", scopes: ["admin" as const], expiresAt: null, ...wrong };
  await expect(tokens.create(token)).rejects.toMatchObject({ code: "bad_request" });
});

test("two tokens of one name are refused, also when they are made at once", async () => {
  const made = await Promise.allSettled([make("twice"), make("twice")]);
  expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});
