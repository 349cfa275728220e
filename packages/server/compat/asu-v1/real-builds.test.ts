import { createHash } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BuildError } from "../../builders/types.ts";
import { storeRoutes } from "../../builds/store-routes.ts";
import { type BuildHouse, openBuildHouse } from "../../builds/testing/build-house.ts";
import { ServerConfig } from "../../config/schema.ts";
import { assemble } from "../../http/assemble.ts";
import { listen } from "../../http/listen.ts";
import type { ServerParts } from "../../http/parts.ts";
import { RepresentationCache } from "../../http/representation.ts";
import { DatabaseStats } from "../../stats/database-stats.ts";
import { asuV1Routes } from "./routes.ts";

/** The dialect over real builds: database, queue, worker and store, with a builder that only writes a small file. */
const taken = new AsyncDisposableStack();
let house: BuildHouse;
let stats: DatabaseStats;
let url: string;

beforeAll(async () => {
  house = taken.use(await openBuildHouse({ config: { max_pending: 2 } }));
  // It stays as it is, and says so: what was asked for once needn't be judged again.
  Object.defineProperty(house.catalog, "generation", { value: 1 });
  const log = pino({ level: "silent" });
  const config = ServerConfig.parse({ listen: "127.0.0.1:0" });
  const { kysely } = house.database;
  const { builds } = house;
  const figures = {
    queueLength: () => builds.queueLength(),
    stored: () => builds.stored(),
    building: () => builds.building(),
    keptBytes: async () => 0,
  };
  stats = taken.use(new DatabaseStats({ database: kysely, clock: house.clock.now, log, builds: figures }));
  const parts = {
    config,
    log,
    clock: house.clock.now,
    catalog: house.catalog,
    builds: house.builds,
    store: house.store,
    stats,
    // Knows every package.
    upgrades: { check: async () => ({}) },
    representations: new RepresentationCache(),
  } as unknown as ServerParts;
  const app = assemble([asuV1Routes(parts), storeRoutes(parts)], log);
  url = taken.use(await listen(app, config, log)).address;
});
afterAll(() => taken.disposeAsync());

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(url + path, init);
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get("content-type") === "application/json";
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by the expectations
  const body: any = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : null;
  return { status: response.status, headers: response.headers, body, bytes };
}

const request = (fields: object) => ({
  version: "24.10.5",
  target: "ath79/generic",
  profile: "tplink,archer",
  diff_packages: true,
  ...fields,
});
const post = (fields: object, path = "/api/v1/build") =>
  ask(path, { method: "POST", body: JSON.stringify(request(fields)) });

/** As its clients do, until it isn't 202 any more. */
async function untilEnded(hash: string) {
  await expect.poll(async () => (await ask(`/api/v1/build/${hash}`)).status).not.toBe(202);
  return ask(`/api/v1/build/${hash}`);
}

test("a request goes from the queue through a worker to an image that can be downloaded", async () => {
  const hashes = await Promise.all(Array.from({ length: 50 }, async () => (await post({ packages: ["vim"] })).body));
  const hash = hashes[0].request_hash;
  expect(new Set(hashes.map((body) => JSON.stringify(body))).size).toBe(1);
  expect(hashes[0]).toMatchObject({ detail: "queued", queue_position: 0 });
  expect((await ask("/api/v1/stats")).body).toEqual({ queue_length: 1 });

  const held = house.builder.hold();
  await using _ = await house.startWorker();
  const header = async () =>
    (await ask(`/api/v1/build/${hash}`, { method: "HEAD" })).headers.get("x-imagebuilder-status");
  await expect.poll(header).toBe("calculate_packages_hash");
  const running = await ask(`/api/v1/build/${hash}`);
  expect(running.body).toMatchObject({ detail: "started", imagebuilder_status: "calculate_packages_hash" });
  held[Symbol.dispose]();

  const { status, body } = await untilEnded(hash);
  expect([status, body]).toMatchObject([
    200,
    {
      detail: "done",
      bin_dir: hash,
      request_hash: hash,
      id: "tplink_archer",
      version_number: "24.10.5",
      version_code: "r1-abc",
      manifest: { vim: "1" },
      stdout: "line 0 of tplink_archer\n",
      request: { profile: "tplink_archer", packages: ["vim"], client: null },
    },
  ]);
  const [{ name, sha256, size }] = body.images;
  const image = await ask(`/store/${body.bin_dir}/${name}`);
  expect(image.bytes.toString()).toBe("image of tplink_archer with vim");
  expect([createHash("sha256").update(image.bytes).digest("hex"), image.bytes.length]).toEqual([sha256, size]);
  expect(image.headers.get("content-length")).toBe(String(size));
  expect((await ask(`/store/${body.bin_dir}/buildlog.txt`)).bytes.toString()).toContain("line 0");

  const again = await post({ packages: ["vim"] });
  expect([again.status, again.body]).toEqual([200, body]);
  expect(house.builder.begun).toHaveLength(1);
  await Promise.all([stats.flush(), house.stats.flush()]);
  const [today] = (await stats.buildsPerDay()).slice(-1);
  expect(today).toMatchObject({ requests: 51, hits: 1, failures: 0 });
  expect((await ask("/api/v1/stats/summary")).body).toEqual({ queue_length: 0, builds_24h: 1 });
  expect((await ask("/api/v1/top-packages")).body.packages).toEqual([{ name: "vim", count: 1 }]);
});

test("a failure names its culprit, is listed, and is replayed to who asks again", async () => {
  const detail = "There is no package nonsense.";
  const culprits = [{ kind: "package", name: "nonsense", with: [], detail } as const];
  house.builder.failures.push(new BuildError("missing_package", detail, { culprits }));
  await using _ = await house.startWorker();
  const { body } = await post({ packages: ["nonsense"] });
  const failed = await untilEnded(body.request_hash);
  expect([failed.status, failed.body]).toMatchObject([
    500,
    {
      detail: "Error: Impossible package selection: missing (nonsense)",
      imagebuilder_status: "failed",
      stderr: expect.stringContaining("There is no package nonsense.\n"),
    },
  ]);
  expect((await post({ packages: ["nonsense"] })).body).toEqual(failed.body);
  await house.stats.flush();
  const errors = (await ask("/api/v1/build-errors")).bytes.toString();
  expect(errors).toContain(`24.10.5:ath79/generic:tplink_archer ${detail}`);
});

test("the app of 2020 sends the same until it has its image", async () => {
  await using _ = await house.startWorker();
  const send = () => post({ packages: ["luci"], version: "24.10.5" }, "/api/build");
  expect((await send()).body).toMatchObject({ status: "queued" });
  await expect.poll(async () => (await send()).status).toBe(200);
  const { body } = await send();
  expect(body).toMatchObject({ status: "finished", buildlog: true, images: [{ type: "sysupgrade" }] });
  const image = await ask(`/store/${body.bin_dir}/${body.images[0].name}`);
  expect(image.bytes.toString()).toBe("image of tplink_archer with luci");
});

test("when too many wait, who comes next is told to come again, and who waits keeps the place", async () => {
  const waiting = [];
  for (const name of ["a", "b", "c"]) waiting.push((await post({ packages: [name] })).body.queue_position);
  expect(waiting).toEqual([0, 1, 2]);
  const { status, body } = await post({ packages: ["d"] });
  expect([status, body.detail]).toEqual([529, "server overload, queue contains too many build requests: 3"]);
  expect((await post({ packages: ["c"] })).body.queue_position).toBe(2);
});
