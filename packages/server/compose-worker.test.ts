import { writeFile } from "node:fs/promises";
import { ownIdentity } from "@pawl/device/process-identity";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { composeWorkerProcess } from "./compose-worker.ts";
import { ServerConfig } from "./config/schema.ts";
import { writeAddress } from "./db/embedded/address-file.ts";
import { createLog } from "./log/log.ts";
import { openLocalStore } from "./storage/local/index.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { declareStore } from "./worker/common-store.ts";

const silent = createLog({ level: "silent" });
const { signal } = new AbortController();

const taken = new AsyncDisposableStack();
let dir: TempDir;
let db: TestDatabase;
let lines: string[];
let log: ReturnType<typeof createLog>;
beforeAll(async () => {
  dir = taken.use(await TempDir.create());
  db = taken.use(await createTestDatabase());
});
beforeEach(() => {
  lines = [];
  log = createLog({ level: "info", human: false, destination: { write: (line) => void lines.push(line) } });
});
afterAll(() => taken.disposeAsync());

function configOf(over: object = {}) {
  const state_dir = dir.join("state");
  return ServerConfig.parse({ state_dir, database: { url: db.url }, worker: { sandbox: "none", name: "w" }, ...over });
}

function compose(over: object = {}, patience = { database: 200, schema: 200 }) {
  return composeWorkerProcess(configOf(over), { log, signal, patience });
}

const workers = () => db.database.kysely.selectFrom("build_worker").select(["name", "draining"]).execute();

test("a worker is there as long as it is composed, under the name it was given", async () => {
  {
    await using composed = await compose();
    expect(composed.worker).toMatchObject({ name: "w", parallel: 1, targets: ["*"] });
    expect(await workers()).toEqual([{ name: "w", draining: false }]);
  }
  expect(await workers()).toEqual([]);
});

test("it uses the embedded database of the server that has its state folder, and nobody's that was killed", async () => {
  const { pid, start_time } = ownIdentity();
  const database = { url: null };
  await writeAddress(dir.join("state"), { url: db.url, pid, start_time: "1" });
  await expect(compose({ database })).rejects.toMatchObject({
    code: "database_unavailable",
    message: expect.stringMatching(/^No server has a database in .*state\. Start one there first \(pawl serve\)/),
  });
  expect(lines.join("")).toContain("waiting for the server that has the database");
  // One that is being started is waited for.
  const composing = compose({ database }, { database: 20_000, schema: 200 });
  await writeAddress(dir.join("state"), { url: db.url, pid, start_time });
  await using _ = await composing;
  expect(await workers()).toHaveLength(1);
});

test("it waits for a server to change older tables, and refuses newer ones", async () => {
  const { kysely } = db.database;
  const name = "0012-worker-processes";
  const { made_at } = (
    await db.database.pool.query<{ made_at: Date }>("delete from migration where name = $1 returning made_at", [name])
  ).rows[0] ?? { made_at: new Date() };
  await expect(compose()).rejects.toMatchObject({
    code: "database_failed",
    message: `The database is older than this worker: it hasn't had ${name}. Start a server of this version on it: that changes its tables.`,
  });
  const composing = compose({}, { database: 200, schema: 20_000 });
  await expect.poll(() => lines.filter((line) => line.includes("waiting for a server of this version")).length).toBe(2);
  await db.database.pool.query("insert into migration (name, made_at) values ($1, $2)", [name, made_at]);
  await (await composing)[Symbol.asyncDispose]();
  await db.database.pool.query("insert into migration (name) values ('9999-later')");
  await expect(compose()).rejects.toMatchObject({ code: "database_failed", fields: { migrations: ["9999-later"] } });
  await db.database.pool.query("delete from migration where name = '9999-later'");
  expect(await kysely.selectFrom("build_worker").select("id").execute()).toEqual([]);
});

test("it refuses a store that isn't the servers', though it may be called the same", async () => {
  const { kysely } = db.database;
  await (await compose())[Symbol.asyncDispose]();
  expect(lines.join("")).toContain("no server has said yet which store");
  const servers = await openLocalStore({ dir: dir.join("state/store"), log: silent });
  await declareStore(kysely, servers, silent, signal);
  await (await compose())[Symbol.asyncDispose]();
  await expect(compose({ store_dir: dir.join("another") })).rejects.toMatchObject({
    code: "store_failed",
    message: expect.stringMatching(
      /^The servers of this database have another store than this worker: theirs is .*another\. Give all/,
    ),
  });
  // A folder of that name on another machine.
  await writeFile(dir.join("state/store/.store-id"), "0123\n");
  await expect(compose()).rejects.toMatchObject({ code: "store_failed" });
  await kysely.deleteFrom("build_store").execute();
});

test("it refuses to start where no sandbox is to be had", async () => {
  const path = process.env.PATH;
  process.env.PATH = dir.path;
  try {
    await expect(compose({ worker: { sandbox: "bubblewrap" } })).rejects.toMatchObject({
      code: "builds_unavailable",
      message: expect.stringContaining("bubblewrap"),
    });
  } finally {
    process.env.PATH = path;
  }
});
