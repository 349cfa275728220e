import { readdir, readFile } from "node:fs/promises";
import { MirrorServer, TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../packages/server/testing/index.ts";
import { ODD, publishOdd } from "./lib/odd-imagebuilder.ts";
import { processesOf, ServerProcess } from "./lib/server-process.ts";

const PATIENCE = { timeout: 60_000 };
const V2 = "/api/v2/builds";
/** By this its processes are known. */
const SECONDS = "1.0471975";

test("kill -9 in the middle of a build: the next start builds it, and nothing of the first attempt is left", async () => {
  await using dir = await TempDir.create();
  await using mirror = await MirrorServer.start();
  await using database = await createTestDatabase({ connections: 1 });
  await publishOdd(mirror);
  const config = {
    database: { url: database.url, connections: 5 },
    distributions: { openwrt: { upstream_url: mirror.url } },
  };
  const start = () => ServerProcess.start(dir.join("state"), config);

  const first = await start();
  const { json } = await first.caller.post(V2, { ...ODD, defaults: `sleep ${SECONDS}\n` });
  const { id } = json.build;
  await expect.poll(() => processesOf(`sleep ${SECONDS}`, 0), PATIENCE).not.toEqual([]);
  await first.end("SIGKILL");
  // Nobody was told to clear up.
  expect(await processesOf(`sleep ${SECONDS}`)).toEqual([]);
  expect(await processesOf(dir.path)).toEqual([]);
  expect(await readFile("/proc/mounts", "utf8")).not.toContain(dir.path);

  await using second = await start();
  const read = async () => (await second.caller.get(`${V2}/${id}`)).json;
  expect((await read()).state).toMatch(/^(running|queued)$/);
  await expect.poll(() => processesOf(`sleep ${SECONDS}`, 0), PATIENCE).not.toEqual([]);
  // It didn't wait for a heartbeat to run out.
  const taken = second.lines.find(({ msg }) => msg === "a build is taken from a worker that was killed");
  expect(taken).toMatchObject({ build: id });
  await expect.poll(async () => (await read()).state, PATIENCE).toBe("done");
  expect((await second.caller.get(`/store/${id}/odd.img`)).text).toBe("image\n");
  // Its first attempt's folder is gone, and so is its group.
  const workers = await readdir(dir.join("state/builds"));
  expect(workers).toEqual([expect.stringMatching(new RegExp(`^${second.pid}-`))]);
  await expect.poll(() => readdir(dir.join("state/builds", workers[0] ?? "")), PATIENCE).toEqual([]);
  expect(await groupsOf(first.pid)).toEqual([]);

  expect(await second.end("SIGTERM")).toBe(0);
  expect(await processesOf(dir.path)).toEqual([]);
  expect(await readFile("/proc/mounts", "utf8")).not.toContain(dir.path);
  expect(await groupsOf(second.pid)).toEqual([]);
  expect(await readdir(dir.join("state/builds"))).toEqual([]);
  expect(second.lines.filter(({ level }) => level === "error")).toEqual([]);
});

/** Control groups that a worker has made, wherever its own group is. */
async function groupsOf(pid: number): Promise<string[]> {
  const all = await readdir("/sys/fs/cgroup", { recursive: true }).catch(() => []);
  return all.filter((path) => path.split("/").at(-1)?.startsWith(`pawl-${pid}-`));
}
