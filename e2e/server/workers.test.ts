import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MirrorServer, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../packages/server/testing/index.ts";
import { ODD, publishOdd } from "./lib/odd-imagebuilder.ts";
import { runPawl } from "./lib/pawl.ts";
import { processesOf, ServerProcess } from "./lib/server-process.ts";
import { WorkerProcess } from "./lib/worker-process.ts";

// A server that builds nothing, and workers as processes of their own: two that share a state folder, as on one machine, and one that
// shares but database and store with them. Builds last until they are let go.

const V2 = "/api/v2/builds";
const PATIENCE = { timeout: 60_000, interval: 50 };

const taken = new AsyncDisposableStack();
let dir: TempDir;
let database: TestDatabase;
let server: ServerProcess;
let config: { worker: object; [section: string]: unknown };

beforeAll(async () => {
  dir = taken.use(await TempDir.create());
  const mirror = taken.use(await MirrorServer.start());
  database = taken.use(await createTestDatabase({ connections: 2 }));
  await publishOdd(mirror);
  config = {
    database: { url: database.url, connections: 5 },
    store_dir: dir.join("store"),
    distributions: { openwrt: { upstream_url: mirror.url } },
    worker: { embedded: false, grace: "60s" },
  };
  server = taken.use(await ServerProcess.start(dir.join("server"), config));
});
afterAll(() => taken.disposeAsync());

const startWorker = (folder: string, name: string, worker: object = {}, isContained = false) => {
  const own = { ...config, worker: { ...config.worker, ...worker } };
  return WorkerProcess.start({ stateDir: dir.join(folder), name, config: own, isContained });
};

/** Its processes are known by how long they sleep. */
async function ask(seconds: string): Promise<string> {
  const defaults = `until [ -e go ]; do sleep ${seconds}; done; rm go\n`;
  const { json } = await server.caller.post(V2, { ...ODD, defaults });
  expect(json.outcome).toBe("new");
  secrets.set(json.build.id, json.secret);
  return json.build.id;
}

const secrets = new Map<string, string>();

async function withdraw(id: string): Promise<void> {
  const { status } = await server.caller.post(`${V2}/${id}/withdrawals`, { secret: secrets.get(id) });
  expect(status).toBe(200);
}

const read = async (id: string) => (await server.caller.get(`${V2}/${id}`)).json;
const stateOf = async (id: string): Promise<string> => (await read(id)).state;

/** Which worker has a build, and the how manieth attempt it is. */
async function holderOf(id: string): Promise<{ worker: string | null; attempt: number; state: string } | undefined> {
  const query = database.database.kysely.selectFrom("build").select(["worker", "attempt", "state"]);
  return query.where("id", "=", id).executeTakeFirst();
}

/** Once it has come so far that it sleeps. */
async function sleepsAt(id: string, worker: WorkerProcess): Promise<void> {
  await expect.poll(async () => (await holderOf(id))?.worker, PATIENCE).toBe(worker.id);
  await expect.poll(() => outputIsThere(id, worker), PATIENCE).toBe(true);
}

/** Its image is there, and then it sleeps. */
async function outputIsThere(id: string, worker: WorkerProcess): Promise<boolean> {
  return existsSync(join(await worker.outputOf(id).catch(() => ""), "odd.img"));
}

async function letGo(id: string, worker: WorkerProcess): Promise<void> {
  await writeFile(join(await worker.outputOf(id), "go"), "");
}

async function assertDone(id: string): Promise<void> {
  await expect.poll(() => stateOf(id), PATIENCE).toBe("done");
  const { result } = await read(id);
  for (const { name, sha256 } of result.artifacts) {
    const { text } = await server.caller.get(`/store/${id}/${name}`);
    expect(createHash("sha256").update(text).digest("hex")).toBe(sha256);
  }
}

test("a worker that is killed and one that hangs are replaced; nothing is built twice, and nothing is left", async () => {
  await using hanging = await startWorker("machine", "hanging");
  const first = await ask("0.10471");
  await sleepsAt(first, hanging);
  await using killed = await startWorker("machine", "killed");
  const second = await ask("0.10472");
  await sleepsAt(second, killed);
  const check = await runPawl(["worker", "--check", "--config", killed.configFile]);
  // Two run there; the one that its file names is looked for.
  expect([check.code, check.stdout]).toEqual([
    0,
    expect.stringMatching(/^✓ The worker killed .* it builds 1 now\.\n$/),
  ]);

  await using other = await startWorker("elsewhere", "other", { parallel: 2 });
  const isBuilding = async () => (await processesOf(dir.join("machine/builds"), 0)).length > 0;
  expect(await isBuilding()).toBe(true);
  hanging.signal("SIGSTOP");
  killed.signal("SIGKILL");
  await killed.ended();
  // Its processes and mounts have gone with it.
  expect(await processesOf("sleep 0.10472")).toEqual([]);
  const [left = ""] = (await readdir(dir.join("machine/builds"))).filter((name) => name.startsWith(`${killed.pid}-`));
  expect(left).not.toBe("");

  const isTaken = async (id: string) => {
    const { state, attempt, worker } = (await holderOf(id)) ?? {};
    return state === "running" && attempt === 2 && worker === other.id;
  };
  for (const id of [first, second]) await expect.poll(() => isTaken(id), PATIENCE).toBe(true);
  // What hangs has no build that goes on beside the other's.
  await expect.poll(isBuilding, PATIENCE).toBe(false);
  for (const id of [first, second]) await sleepsAt(id, other);

  hanging.signal("SIGCONT");
  // It knows that its build isn't its own any more, and ends no other's; and it finds what its neighbour has left.
  await expect.poll(() => hanging.said("build stopped"), PATIENCE).toBe(true);
  await expect.poll(() => readdir(dir.join("machine/builds")), PATIENCE).not.toContain(left);
  await expect.poll(() => processesOf(dir.join("machine/builds"), 0), PATIENCE).toEqual([]);
  expect(hanging.said("build done")).toBe(false);
  expect(existsSync(dir.join("store", first.slice(0, 2)))).toBe(false);
  expect(await readdir(dir.join("machine/sandboxes/open"))).toEqual([]);
  expect(await groupsOf(killed.pid)).toEqual([]);

  for (const id of [first, second]) {
    await letGo(id, other);
    await assertDone(id);
    expect(await holderOf(id)).toMatchObject({ attempt: 2, state: "done" });
  }
  expect(await readFile("/proc/mounts", "utf8")).not.toContain(dir.path);
});

test("a worker that is told to stop begins nothing, and ends what it builds; told twice, it gives that back at once", async () => {
  await using leaving = await startWorker("machine", "leaving");
  const [running, waiting] = [await ask("0.10473"), await ask("0.10474")];
  await sleepsAt(running, leaving);
  expect(await read(waiting)).toMatchObject({ state: "queued", position: 0 });
  leaving.signal("SIGTERM");
  const isDraining = async () => {
    const query = database.database.kysely.selectFrom("build_worker").select("draining");
    return (await query.where("id", "=", leaving.id).executeTakeFirst())?.draining;
  };
  await expect.poll(isDraining, PATIENCE).toBe(true);
  await letGo(running, leaving);
  expect(await leaving.ended()).toBe(0);
  await assertDone(running);
  expect(await stateOf(waiting)).toBe("queued");
  expect(await isDraining()).toBeUndefined();

  await using hurried = await startWorker("machine", "hurried");
  await sleepsAt(waiting, hurried);
  const last = await ask("0.10475");
  hurried.signal("SIGTERM");
  await expect.poll(() => hurried.said("stopping"), PATIENCE).toBe(true);
  // One that comes at once may be the same that came two ways; a third one would end it there and then.
  await sleep(1_500);
  hurried.signal("SIGTERM");
  await expect.poll(() => hurried.said("stopping at once"), PATIENCE).toBe(true);
  expect(await hurried.ended()).toBe(0);
  expect(await read(waiting)).toMatchObject({ state: "queued", position: 0 });
  expect(await stateOf(last)).toBe("queued");
  expect(await readdir(dir.join("machine/builds"))).toEqual([]);
  expect(await processesOf(dir.join("machine"))).toEqual([]);
  for (const id of [waiting, last]) await withdraw(id);
  const check = await runPawl(["worker", "--check", "--config", hurried.configFile]);
  expect([check.code, check.stdout]).toEqual([1, expect.stringContaining("No worker runs on this machine")]);
});

test("workers that share a folder, and not what processes they see, leave each other's builds alone", async () => {
  await using contained = await startWorker("machine", "contained", {}, true);
  const first = await ask("0.10476");
  await sleepsAt(first, contained);
  // It looks, when it starts, for what killed ones have left.
  await using visible = await startWorker("machine", "visible");
  const second = await ask("0.10477");
  await sleepsAt(second, visible);
  await using another = await startWorker("machine", "another", { targets: ["none/none"] }, true);
  expect((await readdir(dir.join("machine/builds"))).length).toBe(3);
  for (const [id, worker] of [[first, contained] as const, [second, visible] as const]) {
    await letGo(id, worker);
    await assertDone(id);
    expect(await holderOf(id)).toMatchObject({ attempt: 1, worker: worker.id });
  }
  // What it has left is found all the same.
  contained.signal("SIGKILL");
  await contained.ended();
  await expect.poll(async () => (await readdir(dir.join("machine/builds"))).length, PATIENCE).toBe(2);
  expect(another.said("what a worker has left is removed") || visible.said("what a worker has left is removed")).toBe(
    true,
  );
});

/** Control groups that a worker has made, wherever its own group is. */
async function groupsOf(pid: number): Promise<string[]> {
  const all = await readdir("/sys/fs/cgroup", { recursive: true }).catch(() => []);
  return all.filter((path) => path.split("/").at(-1)?.startsWith(`pawl-${pid}-`));
}
