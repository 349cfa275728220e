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
  const log = pino({ level: "info" }, pino.destination("/tmp/h/perf.log"));
  const config = ServerConfig.parse({ listen: "127.0.0.1:0" });
  const { kysely } = house.database;
  stats = taken.use(new DatabaseStats({ database: kysely, clock: house.clock.now, log, builds: house.builds }));
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
  await expect.poll(async () => (await ask(`/api/v1/build/${hash}`)).status, { timeout: 20_000 }).not.toBe(202);
  return ask(`/api/v1/build/${hash}`);
}


import { execFileSync, spawn } from "node:child_process";
test("perf", async () => {
  const packages = Array.from({length:40},(_, i)=>`package-${String(i+1).padStart(2,"0")}`);
  const f = { packages, profile: "tplink_archer", distro: "openwrt", client: "bench/1.0" };
  await using _ = await house.startWorker();
  const { body } = await post(f);
  const r = await untilEnded(body.request_hash);
  console.log(r.status, r.bytes.length, body.request_hash);
  const wrk = (...args: string[]) => new Promise<string>((res) => { const c = spawn("wrk", ["-t1","-c32","-d4s","--latency",...args], { env: {...process.env, BENCH_VERSION:"24.10.5", BENCH_PROFILE:"tplink_archer"} }); let o=""; c.stdout.on("data",(d)=>o+=d); c.on("close",()=>res(o)); });
  const show = (o: string) => o.split("\n").filter((l)=>/Requests.sec|Non|50%|99%/.test(l)).join(" ");
  for (let i=0;i<2;i++) {
    console.log("POST", show(await wrk("-s","/work/shared/bench/build.lua",url+"/api/v1/build")));
    console.log("GET", show(await wrk(url+"/api/v1/build/"+body.request_hash)));
  }
  console.log(house.builder.begun.length);
}, 60000);
