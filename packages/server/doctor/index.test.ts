import { chmod, chown, mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { ObjectStore, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../cli/testing/run-command.ts";
import { ServerConfig } from "../config/schema.ts";
import { createTestDatabase, type ServedServer, serveMiniature } from "../testing/index.ts";
import { isCurrent, lookAtDatabase, reachDatabase } from "./database.ts";
import { lookAtFolders } from "./folders.ts";
import { lookAtCollection } from "./garbage.ts";
import { examineServer, type Finding, type Reading, systemSurroundings } from "./index.ts";
import { lookAtListening } from "./listening.ts";
import { lookAtMachine } from "./machine.ts";
import { lookAtQueue } from "./queue.ts";
import { lookAtStore } from "./store.ts";
import { lookAtTokens } from "./tokens.ts";
import { lookAtReadings, lookAtUpstream } from "./upstream.ts";

const { signal } = new AbortController();
const around = { ...systemSurroundings(), hasSystemd: false };
const taken = new AsyncDisposableStack();
let server: ServedServer;
let dir: TempDir;
/** As the served one has it, with the port that was taken. */
let settings: Record<string, unknown>;
let configPath: string;

beforeAll(async () => {
  dir = taken.use(await TempDir.create());
  server = taken.use(await serveMiniature());
  const { host } = new URL(server.url);
  // Nothing of this machine's is used up by looking at it.
  settings = { ...server.settings, listen: host };
  configPath = dir.join("pawl-server.yaml");
  await writeFile(configPath, JSON.stringify(settings));
});
afterAll(() => taken.disposeAsync());

const configOf = (more: object = {}) => ServerConfig.parse({ state_dir: dir.join("none"), ...more });
const shown = (findings: readonly Finding[]) => findings.map(({ ok, title }) => `${ok}: ${title}`);
const kysely = () => server.composition.database.kysely;

async function examine(config = settings): Promise<Map<string, Reading[]>> {
  const path = dir.join(`${crypto.randomUUID()}.yaml`);
  await writeFile(path, JSON.stringify(config));
  const readings = await examineServer({ configPath: path, env: {}, around }, signal);
  return Map.groupBy(readings, ({ id }) => id);
}

test("a server that runs: each thing that it stands on is looked at, and only what it lacks is trouble", async () => {
  const ids = ["config", "clock", "folders", "database", "store", "listening", "tokens", "machine"];
  let readings = new Map<string, Reading[]>();
  // On a machine that has much to do, a look may not be done in time: that is a trouble, too.
  await expect
    .poll(
      async () => {
        readings = await examine();
        return ids.filter((id) => (readings.get(id) ?? []).every(({ ok }) => ok === "trouble"));
      },
      { timeout: 60_000 },
    )
    .toEqual([]);
  expect(shown(readings.get("listening") ?? [])).toEqual([`ok: A server answers at ${server.url}, and is ready`]);
  expect(readings.get("upstream")?.[0]?.title).toBe(`OpenWrt is reached at ${server.mirror.url}`);
  expect(shown(readings.get("workers") ?? [])[0]).toMatch(/^trouble: No worker is there/);
});

test("the command says it in words, or as JSON, and ends with 1", async () => {
  const words = await pawl("doctor");
  expect(words.code).toBe(1);
  expect(words.out).toMatch(/^✓ The database answers: PostgreSQL/m);
  expect(words.out).toMatch(/^✗ No worker is there that builds: .*\n {4}Start one: /m);
  const { code, out } = await pawl("doctor", "--json");
  expect(code).toBe(1);
  const { success, checks } = JSON.parse(out);
  expect(success).toBe(false);
  expect(checks.find(({ id }: Reading) => id === "workers")).toEqual({
    id: "workers",
    ok: "trouble",
    title: expect.any(String),
    detail: null,
    fix: expect.stringContaining("pawl worker"),
  });
});

test("a configuration that can't be used is the trouble, and nothing that it says is looked at", async () => {
  const readings = await examine({ listn: "127.0.0.1:1" });
  expect([...readings.keys()]).toEqual(["config", "clock"]);
  expect(readings.get("config")?.[0]?.ok).toBe("trouble");
  const absent = await examineServer({ configPath: dir.join("nowhere.yaml"), env: {}, around }, signal);
  expect(absent[0]).toMatchObject({ id: "config", ok: "trouble" });
});

describe("the database", () => {
  test("that nobody has started is said, and nothing is started", async () => {
    const away = await reachDatabase(configOf({ database: { url: "postgresql://pawl@127.0.0.1:9/pawl" } }), signal);
    expect(away).toMatchObject({
      finding: { ok: "trouble", title: expect.stringMatching(/^Nothing answers .*127.0.0.1:9/) },
    });
    const none = await reachDatabase(configOf(), signal);
    expect(none).toMatchObject({
      finding: { ok: "warning", title: expect.stringMatching(/^There is no database yet/) },
    });
    await mkdir(dir.join("was/database"), { recursive: true });
    const stopped = await reachDatabase(configOf({ state_dir: dir.join("was") }), signal);
    expect(stopped).toMatchObject({
      finding: { ok: "warning", title: "The embedded database is off; it starts with the server" },
    });
    expect(await readdir(dir.join("was"))).toEqual(["database"]);
  });

  test("without tables, or newer than this program, is asked for nothing else", async () => {
    await using bare = await createTestDatabase({ bare: true, connections: 2 });
    const config = configOf({ database: { url: bare.url } });
    expect(await isCurrent(bare.database, signal)).toBe(false);
    expect(shown(await lookAtDatabase(bare.database, config, signal))).toContain(
      "warning: The database has no tables yet",
    );
    await bare.database.pool.query("create table migration (name text)");
    await bare.database.pool.query("insert into migration values ('9999-of-the-future')");
    const findings = await lookAtDatabase(bare.database, config, signal);
    expect(findings.find(({ ok }) => ok === "trouble")).toMatchObject({ detail: "It has had 9999-of-the-future" });
    expect(shown(findings)).toContain("ok: Servers and workers hear of each other through the database");
  });
});

test("the store is tried, and is afterwards as it was; a folder that isn't there isn't made", async () => {
  const config = ServerConfig.parse(settings);
  const before = await readdir(config.state_dir, { recursive: true });
  expect(shown(await lookAtStore(config, kysely(), signal))).toEqual([
    expect.stringMatching(/^ok: The store .* gives them back/),
  ]);
  expect(await readdir(config.state_dir, { recursive: true })).toEqual(before);
  expect((await lookAtStore(configOf(), null, signal))[0]?.ok).toBe("ok");
  await expect(readdir(dir.join("none"))).rejects.toThrow("ENOENT");
  await writeFile(dir.join("file"), "");
  await expect(lookAtStore(configOf({ store_dir: dir.join("file") }), null, signal)).rejects.toThrow("ENOTDIR");
});

test("a store that another database's servers use", async () => {
  const config = configOf({ store_dir: dir.join("others") });
  await mkdir(dir.join("others"));
  await writeFile(dir.join("others/.store-id"), "0123 456-7\n");
  const [tried, owner] = await lookAtStore(config, kysely(), signal);
  expect([tried?.ok, owner?.ok, owner?.title]).toEqual([
    "ok",
    "warning",
    expect.stringMatching(/^The store .*others is another database's/),
  ]);
});

test("a store of the S3 protocol that works, and one whose bucket isn't there", async () => {
  await using objects = await ObjectStore.start({ bucket: "pawl" });
  const look = (bucket: string) => {
    const { url: endpoint, accessKeyId: access_key_id, secretAccessKey: secret_access_key } = objects;
    const config = configOf({ store: { s3: { endpoint, bucket, access_key_id, secret_access_key } } });
    return lookAtStore(config, kysely(), signal);
  };
  expect(shown(await look("pawl"))).toEqual([expect.stringMatching(/^ok: The store s3:\/\/pawl/)]);
  expect(await look("another")).toMatchObject([{ ok: "trouble", fix: expect.stringContaining("store.s3") }]);
});

test("an address that a variable says: the variable is to be corrected; what answers there needn't be started", async () => {
  const other = createSocket((socket) => socket.on("error", () => undefined).end("hello\r\n")).listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  const config = configOf({ database: { url: `postgresql://pawl@127.0.0.1:${port}/pawl` } });
  const found = await reachDatabase(config, signal, "DATABASE_URL");
  other.close();
  expect(found).toMatchObject({ finding: { fix: "See to that there, or correct DATABASE_URL" } });
  const env = { DATABASE_URL: "nonsense" };
  const [first, second] = await examineServer({ configPath, env, around }, signal);
  expect(first).toMatchObject({
    id: "config",
    ok: "trouble",
    fix: "Correct DATABASE_URL, a variable of the environment",
  });
  expect(second?.id).toBe("clock");
});

test("folders that everybody may write to, or that belong to another user", async () => {
  const [state, store] = [dir.join("state"), dir.join("store")];
  await mkdir(state);
  await mkdir(store);
  await chmod(state, 0o777);
  if (around.uid === 0) await chown(store, 12_345, 12_345);
  const findings = shown(await lookAtFolders(configOf({ state_dir: state, store_dir: store }), around));
  expect(findings).toContain(`trouble: state_dir: every user of this machine may write in ${state}`);
  if (around.uid === 0)
    expect(findings).toContain(`trouble: store_dir: ${store} belongs to another user (12345) than state_dir (0)`);
});

test("a mirror that is down, answers wrongly, or isn't reached", async () => {
  const look = async (fetchUrl: string) => {
    const keys = { usign: [], apk: [] };
    const of = { name: "openwrt", title: "OpenWrt", upstreamUrl: fetchUrl, fetchUrl, versions: [], keys };
    return shown(await lookAtUpstream(of, signal));
  };
  expect(await look("http://127.0.0.1:9")).toEqual([
    "trouble: OpenWrt: http://127.0.0.1:9 can't be reached",
    "warning: Nobody checks who made what is read of OpenWrt: it has no keys",
  ]);
  server.mirror.misbehave(".versions.json", { kind: "status", status: 503 });
  expect((await look(server.mirror.url))[0]).toMatch(/^trouble: .* answers with HTTP 503/);
  server.mirror.reset();
  expect((await look(server.mirror.url))[0]).toMatch(/^ok/);
});

test("what is signed wrongly upstream is known from what was read", async () => {
  server.mirror.misbehave("releases/24.10.4/targets/ath79/generic/", "wrong-signature");
  const { catalog } = server.composition;
  const version = await catalog.version("openwrt", "24.10.4");
  await catalog.target(version, "ath79/generic").catch(() => undefined);
  server.mirror.reset();
  expect((await lookAtReadings(kysely())).filter(({ ok }) => ok === "trouble")).toMatchObject([
    { title: expect.stringMatching(/^Of openwrt, .* files refused: signature/) },
  ]);
});

test("nobody listens, or something else does; what others are told leads there, or not", async () => {
  const silent = { listen: "127.0.0.1:9", public_url: "http://127.0.0.1:9" };
  expect(shown(await lookAtListening(silent, signal))).toEqual(["trouble: No server answers at http://127.0.0.1:9"]);
  const other = createServer((_, answer) => answer.end("hello")).listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  const listen = `127.0.0.1:${port}`;
  expect(shown(await lookAtListening({ listen, public_url: `http://${listen}` }, signal))).toEqual([
    `trouble: What answers at http://${listen} is no server of Pawl's (HTTP 200)`,
    `trouble: What answers at http://${listen} is no server of Pawl's (HTTP 200)`,
  ]);
  other.close();
  const { host } = new URL(server.url);
  expect((await lookAtListening({ listen: host, public_url: server.url }, signal)).map(({ ok }) => ok)).toEqual([
    "ok",
    "ok",
  ]);
});

test("a machine without the programs that builds need", async () => {
  const path = dir.join("empty");
  await mkdir(path);
  const findings = shown(
    await lookAtMachine({ sandbox: "bubblewrap", user: "pawl-build" }, { ...around, path }, signal),
  );
  expect(findings[0]).toMatch(/^trouble: ImageBuilders need make, bash, .*: apt install make/);
  expect(findings[1]).toBe("trouble: Builds run in bubblewrap, which isn't there");
});

test("what was asked for and nobody builds, a token that has ended, and a clean-up that is late", async () => {
  const response = await fetch(`${server.url}/api/v2/builds`, {
    method: "POST",
    body: JSON.stringify({ version: "24.10.5", target: "ath79/generic", profile: "tplink_archer-c7-v2" }),
  });
  expect(response.status).toBe(202);
  const now = new Date();
  expect(shown(await lookAtQueue(kysely(), now))).toEqual([
    "trouble: 1 build for ath79/generic waits for a worker, for 0 minutes",
  ]);
  await server.composition.tokens.create({ name: "old", scopes: ["admin"], expiresAt: new Date(Date.now() + 60_000) });
  const later = new Date(Date.now() + 120_000);
  expect(shown(await lookAtTokens(kysely(), later))).toContain("warning: The token old has ended");
  await server.composition.database.pool.query(
    "insert into gc_run (began_at, ended_at) values (now() - interval '9 hours', now() - interval '9 hours')",
  );
  expect((await lookAtCollection(kysely(), 3_600_000))[0]?.title).toMatch(/^Nothing was cleaned up for 9 hours/);
});

const pawl = (...args: string[]) => runCommand([...args, "--config", configPath], signal);
