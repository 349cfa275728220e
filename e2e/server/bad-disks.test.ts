import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ComposedServer, startComposed } from "./lib/composed.ts";
import { ODD, publishOdd } from "./lib/odd-imagebuilder.ts";

// Disks that are full: where ImageBuilders are kept, where builds run, and the store. Each is a disk of its own here.

const exec = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const DISKS = ["cache", "builds", "store"] as const;
type Disk = (typeof DISKS)[number];

let dir: TempDir;
let server: ComposedServer;
const cleanUp = new AsyncDisposableStack();

beforeAll(async () => {
  if (!isRoot) return;
  dir = cleanUp.use(await TempDir.create());
  for (const disk of DISKS) {
    await mkdir(dir.join("state", disk), { recursive: true });
    await exec("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "none", dir.join("state", disk)]);
    cleanUp.defer(() => exec("umount", ["-l", dir.join("state", disk)]).then(() => undefined));
  }
  server = cleanUp.use(await startComposed({ builds: true, config: { state_dir: dir.join("state") } }));
  await publishOdd(server.mirror);
});
afterAll(() => cleanUp.disposeAsync());

const PATIENCE = { timeout: 60_000 };
const V2 = "/api/v2/builds";

const SIZE = 20 * 2 ** 20;

/** To its last byte, or but for so many. */
async function fill(disk: Disk, left = 0): Promise<void> {
  const path = dir.join("state", disk, "filler");
  if (left > 0) return writeFile(path, Buffer.alloc(SIZE - left));
  await expect(writeFile(path, Buffer.alloc(SIZE + 1))).rejects.toMatchObject({ code: "ENOSPC" });
}

async function empty(disk: Disk): Promise<void> {
  await rm(dir.join("state", disk, "filler"));
}

async function read(id: string) {
  return (await server.caller.get(`${V2}/${id}`)).json;
}

/** What it waits for, once it has failed for now. */
async function reason(id: string): Promise<string> {
  await expect.poll(async () => (await read(id)).waits_for, PATIENCE).not.toBeNull();
  return (await read(id)).waits_for;
}

test.runIf(isRoot)(
  "a build waits with the reason while a disk is full, leaves nothing there, and is made afterwards",
  async () => {
    const ask = async (script: string) => (await server.caller.post(V2, { ...ODD, defaults: script })).json.build.id;

    await fill("cache");
    const first = await ask("true # cache");
    expect(await reason(first)).toMatch(/^The worker has no room left for an ImageBuilder\. Try 2 of 4 at/);
    expect(await readdir(dir.join("state/cache/imagebuilders/trees")).catch(() => [])).toEqual([]);
    await empty("cache");

    await fill("builds");
    const second = await ask("true # builds");
    expect(await reason(second)).toMatch(/^The worker's disk is full\. Try 2 of 4 at/);
    await empty("builds");

    await fill("builds", 2_000_000);
    const third = await ask("head -c 5000000 /dev/zero > more.img");
    expect(await reason(third)).toMatch(/^The worker's disk is full\. Try 2 of 4 at/);
    await empty("builds");

    await fill("store");
    const fourth = await ask("true # store");
    expect(await reason(fourth)).toMatch(/^The store.s disk is full: nothing of this build was kept\. Try 2 of 4 at/);
    const kept = await readdir(dir.join("state/store"), { recursive: true });
    expect(kept.sort()).toEqual([".incoming", ".removed", ".store-id", "filler"]);
    await empty("store");

    for (const id of [first, second, third, fourth]) {
      await expect.poll(async () => (await read(id)).state, PATIENCE).toBe("done");
      expect((await server.caller.get(`/store/${id}/odd.img`)).text).toBe("image\n");
    }
    expect(server.errors).toEqual([]);
  },
  60_000,
);
