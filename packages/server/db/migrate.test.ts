import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sql } from "kysely";
import pino from "pino";
import { expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { type Migration, migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";

const log = pino({ level: "silent" });
const NAMES = MIGRATIONS.map(({ name }) => name);

const step = (name: string, statement: string): Migration => ({
  name,
  up: async (db) => void (await sql.raw(statement).execute(db)),
});

async function tablesOf({ database }: TestDatabase): Promise<string[]> {
  const { rows } = await sql<{ tablename: string }>`
    select tablename from pg_tables where schemaname = 'public' order by tablename`.execute(database.kysely);
  return rows.map(({ tablename }) => tablename);
}

test("makes every step once, in order", async () => {
  await using bare = await createTestDatabase({ bare: true });
  expect(await migrate(bare.database, { log })).toEqual(NAMES);
  expect(await migrate(bare.database, { log })).toEqual([]);
  expect(NAMES).toEqual([...NAMES].sort());
});

test("goes on where an older program ended", async () => {
  await using bare = await createTestDatabase({ bare: true });
  const [first, second] = [step("0001-a", "create table a ()"), step("0002-b", "create table b ()")];
  await migrate(bare.database, { log, migrations: [first] });
  expect(await migrate(bare.database, { log, migrations: [first, second] })).toEqual(["0002-b"]);
  expect(await tablesOf(bare)).toEqual(["a", "b", "migration"]);
});

test("a step that fails leaves nothing of itself, and all that came before it", async () => {
  await using bare = await createTestDatabase({ bare: true });
  const migrations = [step("0001-a", "create table a ()"), step("0002-b", "create table b (); select 1 / 0")];
  await expect(migrate(bare.database, { log, migrations })).rejects.toMatchObject({
    code: "database_failed",
    message: "The database could not be changed to 0002-b: division by zero.",
  });
  expect(await tablesOf(bare)).toEqual(["a", "migration"]);
});

test("refuses a database that is newer than the program, and leaves it alone", async () => {
  await using bare = await createTestDatabase({ bare: true });
  const first = step("0001-a", "create table a ()");
  await migrate(bare.database, { log, migrations: [first, step("0002-b", "create table b ()")] });
  await expect(migrate(bare.database, { log, migrations: [first] })).rejects.toThrow(
    "The database is newer than this program: it has had 0002-b.",
  );
});

test("of servers that start at once each step is made by one", async () => {
  await using bare = await createTestDatabase({ bare: true });
  const program = fileURLToPath(new URL("testing/migrate-database.ts", import.meta.url));
  const started = await Promise.all(
    [1, 2].map(() => promisify(execFile)(process.execPath, [program, bare.url], { timeout: 60_000 })),
  );
  expect(started.flatMap(({ stdout }): string[] => JSON.parse(stdout)).sort()).toEqual(NAMES);
});

test("waits for another server that is at it, and ends when it is told to", async () => {
  await using bare = await createTestDatabase({ bare: true });
  const slow = [step("0001-a", "select pg_sleep(0.5)")];
  const both = await Promise.all([1, 2].map(() => migrate(bare.database, { log, migrations: slow })));
  expect(both.flat()).toEqual(["0001-a"]);

  const more = [...slow, step("0002-b", "select pg_sleep(1)")];
  const other = migrate(bare.database, { log, migrations: more });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const late = migrate(bare.database, { log, migrations: more, patience: 100 });
  await expect(late).rejects.toThrow("Another server has been changing the database's tables for too long");
  const told = migrate(bare.database, { log, migrations: more, signal: AbortSignal.timeout(100) });
  await expect(told).rejects.toMatchObject({ name: expect.stringMatching(/Abort|Timeout/) });
  expect(await other).toEqual(["0002-b"]);
});
