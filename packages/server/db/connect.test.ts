import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { pipeline } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerError } from "../error.ts";
import { databaseHealth } from "../http/database-health.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { openDatabase } from "./connect.ts";
import { databaseDetail } from "./trouble.ts";

const log = pino({ level: "silent" });
let shared: TestDatabase;
beforeAll(async () => {
  shared = await createTestDatabase({ bare: true });
});
afterAll(() => shared[Symbol.asyncDispose]());

const open = (url: string, patience = 0) => openDatabase({ url, log, patience });

/** A port in front of the tests' server that can be opened and closed. */
async function doorTo(target: string) {
  const { hostname, port, searchParams } = new URL(target.replace("@/", "@localhost/"));
  const socket = searchParams.get("host");
  const server = createServer((client) => {
    const there = socket ? connect(`${socket}/.s.PGSQL.5432`) : connect(Number(port), hostname);
    pipeline(client, there, client, () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = (server.address() as AddressInfo).port;
  const url = target.replace(/@[^/]*\//, `@127.0.0.1:${own}/`).replace(/\?.*/, "");
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  const open = () => new Promise<void>((resolve) => server.listen(own, "127.0.0.1", resolve));
  return { url, open, close, [Symbol.asyncDispose]: close };
}

/** Ends every connection to the test's database but this one, as an administrator or a restart does. */
async function cutAll({ url }: TestDatabase): Promise<void> {
  await using admin = await open(url);
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(admin.kysely);
  await sleep(50); // For those who held them to notice.
}

describe("says what is wrong with", () => {
  test.each([
    [
      "a port that nobody listens to",
      "postgresql://a:geheim@127.0.0.1:1/x",
      "Nothing answers at the database's address. (The database is to be at 127.0.0.1:1.)",
    ],
    [
      "a socket that isn't there",
      "postgresql://a:geheim@/x?host=/nonexistent",
      "There is no database at its socket. (The database is to be at /nonexistent/.s.PGSQL.5432.)",
    ],
    ["a host nobody knows", "postgresql://a:b@host.invalid/x", /host name/],
  ])("%s", async (_, url, message) => {
    await expect(open(url)).rejects.toMatchObject({
      code: "database_unavailable",
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });

  test("a server that never says a word", async () => {
    await using silent = createServer((client) => client.resume()).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const url = `postgresql://a:b@127.0.0.1:${port}/x`;
    await expect(openDatabase({ url, log, patience: 0, connectTimeout: 200 })).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("The database doesn't answer."),
    });
  });

  test.each([
    ["a web server", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"],
    ["ssh, which begins as PostgreSQL would", "SSH-2.0-OpenSSH_9.9\r\n"],
  ])("an address where something else is: %s", async (_, words) => {
    await using other = createServer((client) =>
      client
        .on("error", () => undefined)
        .resume()
        .end(words),
    ).listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(open(`postgresql://a:b@127.0.0.1:${port}/x`)).rejects.toMatchObject({
      code: "database_failed",
      message: `What answers at 127.0.0.1:${port} isn't PostgreSQL; see DATABASE_URL or database.url.`,
    });
  });

  test("one that keeps the start waiting, and where it is to be, after a while", async () => {
    const waits: string[] = [];
    const onWait = (sentence: string) => waits.push(sentence);
    const url = "postgresql://a:geheim@127.0.0.1:1/x";
    await expect(openDatabase({ url, log, patience: 1_000, tellAfter: 200, onWait })).rejects.toThrow("127.0.0.1:1");
    expect(waits).toEqual([expect.stringMatching(/^Waiting for the database\. Nothing answers .*127\.0\.0\.1:1/)]);
    expect(waits.join()).not.toContain("geheim");
  });

  test("a disk that is full, without the names of its files", async () => {
    await using database = await open(shared.url);
    expect(database.isFull).toBe(false);
    const full = sql`do $$ begin raise 'could not extend file "base/5/16384"' using errcode = 'disk_full'; end $$`;
    const error = await full.execute(database.kysely).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "database_full",
      status: 503,
      message: expect.stringContaining("no room left"),
    });
    expect(String(error)).not.toContain("base/5");
    expect(databaseDetail(error as ServerError)).toContain("base/5/16384");
    expect(database.isFull).toBe(true);
    expect(await databaseHealth(database).check(AbortSignal.timeout(1_000))).toBe("The database has no room left.");
  });

  test("a wrong password", async () => {
    const error = await open(shared.url.replace(/:[^:@]+@/, ":wrong@")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "database_failed" });
    expect(String(error)).toContain("doesn't accept the password");
    expect(String(error)).not.toContain(/:([^:@]+)@/.exec(shared.url)?.[1]);
  });

  test("a database that isn't there", async () => {
    const url = shared.url.replace(/pawl_test_\w+/, "pawl_none");
    await expect(open(url)).rejects.toThrow("The server is there, but not the database");
  });
});

test("waits for a server that is about to come", async () => {
  await using door = await doorTo(shared.url);
  await door.close();
  const opening = openDatabase({ url: door.url, log, patience: 10_000 });
  await sleep(300);
  await door.open();
  await using database = await opening;
  await expect(sql`select 1`.execute(database.kysely)).resolves.toBeDefined();
});

test("gives up at once when it is told to", async () => {
  const signal = AbortSignal.timeout(100);
  const opening = openDatabase({ url: "postgresql://a:b@127.0.0.1:1/x", log, patience: 30_000, signal });
  await expect(opening).rejects.toMatchObject({ name: "TimeoutError" });
});

test("counts are numbers", async () => {
  const { rows } = await sql`select count(*) as n, 2::int8 ^ 40 as big, null::int8 as none`.execute(
    shared.database.kysely,
  );
  expect(rows).toEqual([{ n: 1, big: 2 ** 40, none: null }]);
});

test("a statement that takes too long is ended", async () => {
  await using hasty = await openDatabase({ url: shared.url, log, statementTimeout: 100 });
  const error: unknown = await sql`select pg_sleep(5)`.execute(hasty.kysely).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "database_unavailable", cause: { code: "57014" } });
});

describe("when the server cuts the connections", () => {
  test("queries work again, and nothing ends the process", async () => {
    const { database } = shared;
    await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.05)`.execute(database.kysely)));
    await cutAll(shared);
    await expect(sql`select 1`.execute(database.kysely)).resolves.toBeDefined();
  });

  test("a transaction fails with a passing trouble, even while it runs no query", async () => {
    const failed = shared.database.kysely.transaction().execute(async (transaction) => {
      await sql`select 1`.execute(transaction);
      await cutAll(shared);
      await sql`select 1`.execute(transaction);
    });
    const error = await failed.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "database_unavailable", status: 503 });
  });

  test("a query that runs fails with a passing trouble", async () => {
    const asked = sql`select pg_sleep(5)`.execute(shared.database.kysely).catch((reason: unknown) => reason);
    await sleep(100);
    await cutAll(shared);
    expect(await asked).toMatchObject({ code: "database_unavailable" });
  });
});

test("a fault of a query stays what it is", async () => {
  const error = await sql`select nothing`.execute(shared.database.kysely).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "42703", message: 'column "nothing" does not exist' });
});

describe("notifications", () => {
  test("reach everybody who listens, in the order they were sent, and nobody who stopped", async () => {
    const { database } = shared;
    const heard: string[] = [];
    await using first = await database.listen("a channel", (payload) => heard.push(`1 ${payload}`));
    const second = await database.listen("a channel", (payload) => heard.push(`2 ${payload}`));
    await using other = await database.listen("another", (payload) => heard.push(`other ${payload}`));
    await database.notify("a channel", "x");
    await database.notify("another", "y");
    await expect.poll(() => heard).toEqual(["1 x", "2 x", "other y"]);
    await second[Symbol.asyncDispose]();
    await database.notify("a channel", "z");
    await expect.poll(() => heard).toEqual(["1 x", "2 x", "other y", "1 z"]);
    expect([first, other]).toHaveLength(2);
  });

  test("one listener's fault is not the others'", async () => {
    const heard: string[] = [];
    await using broken = await shared.database.listen("fault", () => {
      throw new Error("no");
    });
    await using sound = await shared.database.listen("fault", (payload) => heard.push(payload));
    await shared.database.notify("fault", "x");
    await expect.poll(() => heard).toEqual(["x"]);
    expect([broken, sound]).toHaveLength(2);
  });

  test("come again after the connection was lost, and listeners are told that they missed some", async () => {
    const heard: string[] = [];
    await using _ = await shared.database.listen("lost", (payload) => heard.push(payload), {
      onLost: () => heard.push("lost"),
      onReconnect: () => heard.push("missed some"),
    });
    await cutAll(shared);
    await expect.poll(() => heard).toEqual(["lost", "missed some"]);
    await shared.database.notify("lost", "x");
    await expect.poll(() => heard).toEqual(["lost", "missed some", "x"]);
    // Whoever comes later hears them as well.
    await using later = await shared.database.listen("later", (payload) => heard.push(payload));
    await shared.database.notify("later", "y");
    await expect.poll(() => heard).toEqual(["lost", "missed some", "x", "y"]);
    expect(later).toBeDefined();
  });
});

test("closing lets a query come to its end, and cuts one that doesn't", async () => {
  const closing = await openDatabase({ url: shared.url, log, closeTimeout: 2_000 });
  const [short, long] = [0.3, 60].map((seconds) =>
    sql`select pg_sleep(${seconds})`.execute(closing.kysely).then(
      () => "ended",
      () => "cut",
    ),
  );
  await sleep(100);
  const started = performance.now();
  await closing[Symbol.asyncDispose]();
  expect(performance.now() - started).toBeLessThan(30_000);
  expect([await short, await long]).toEqual(["ended", "cut"]);
});
