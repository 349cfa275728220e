import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, stat } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { BuildRecipe } from "../../types.ts";
import type { Task } from "./testing/another-process.ts";
import { archiveOf, LEAST, publish } from "./testing/archives.ts";
import { USER, Workshop } from "./testing/workshop.ts";

const exec = promisify(execFile);
const isRoot = process.getuid?.() === 0;

let shop: Workshop;
let cleanUp: AsyncDisposableStack;
beforeAll(async () => {
  shop = await Workshop.open();
});
afterEach(async () => {
  await cleanUp?.disposeAsync();
  shop.mirror.reset();
});
afterAll(() => shop[Symbol.asyncDispose]());

/** A disk of its own, of so many bytes. */
async function smallDisk(name: string, size: number): Promise<string> {
  const path = shop.dir.join(name);
  await mkdir(path);
  await exec("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", path]);
  cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => exec("umount", ["-l", path]).then(() => undefined));
  return path;
}

function another(name: string, recipe: BuildRecipe, end: Task["end"]): ChildProcess {
  const program = fileURLToPath(new URL("./testing/another-process.ts", import.meta.url));
  const task: Task = { trees: { dir: shop.dir.join(name), budgetBytes: 1024 ** 3, user: USER }, recipe, end };
  return spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
}

test.runIf(isRoot)(
  "a disk that is full while it is fetched or unpacked: for now there is none, and nothing is kept",
  async () => {
    const recipe = shop.recipe({}, "24.10.4");
    const noise = { ...LEAST, noise: randomBytes(1_500_000).toString("base64") };
    const plain = { ...LEAST, plain: "x".repeat(3_000_000) };
    const path = await smallDisk("full", 1_000_000);
    for (const [name, files] of Object.entries({ noise, plain })) {
      await using trees = await shop.trees("full");
      publish(shop.mirror, recipe, await archiveOf(shop.dir.join(`made ${name}`), files));
      shop.now = new Date(shop.now.getTime() + 3_600_000);
      const { code, sentence } = await shop.outcome(trees, recipe);
      expect([name, code, sentence]).toEqual([
        name,
        "worker_failed",
        "The worker has no room left for an ImageBuilder.",
      ]);
      expect(await shop.names("full", "trees")).toEqual([]);
      expect(await shop.names("full", "half")).toEqual([]);
    }
    await exec("mount", ["-o", "remount,size=20m", path]);
    await using trees = await shop.trees("full");
    expect((await shop.outcome(trees, recipe)).code).toBe("taken");
  },
);

test.runIf(isRoot)("when the disk is full, trees that nobody has make room for the next try", async () => {
  await smallDisk("crowded", 5_000_000);
  const [a, b] = ["24.10.3", "24.10.4"].map((version) => shop.recipe({}, version));
  for (const recipe of [a, b]) {
    const files = { ...LEAST, big: "x".repeat(3_000_000) };
    publish(
      shop.mirror,
      recipe ?? shop.recipe(),
      await archiveOf(shop.dir.join(`crowd ${recipe?.inputs.version}`), files),
    );
  }
  await using trees = await shop.trees("crowded");
  expect((await shop.outcome(trees, a)).code).toBe("taken");
  expect(await shop.outcome(trees, b)).toEqual({ code: "worker_failed", sentence: expect.any(String) });
  expect((await shop.outcome(trees, b)).code).toBe("taken");
});

test.runIf(isRoot)("in the background it is made sure that the disk has what was unpacked", async () => {
  // In memory, so that nobody else's files are waited for.
  await smallDisk("synced", 10_000_000);
  await using trees = await shop.trees("synced", { limits: { syncMs: 1 } });
  expect((await shop.outcome(trees)).code).toBe("taken");
  const [key] = await shop.names("synced", "trees");
  const record = () => readFile(shop.dir.join("synced", "trees", `${key}`, "record.json"), "utf8");
  await expect.poll(async () => JSON.parse(await record()).isSynced).toBe(true);
});

test.each([1, 10, 100, 1_000])("who goes away while it unpacks, leaves nothing half: after %i turns", async (turns) => {
  const recipe = shop.recipe({}, "24.10.4");
  publish(shop.mirror, recipe, await archiveOf(shop.dir.join("left"), { ...LEAST, large: "x".repeat(20_000_000) }));
  const folder = `left after ${turns}`;
  await using trees = await shop.trees(folder);
  const gone = new AbortController();
  const step = async (name: string) => {
    for (let n = 0; name === "unpack" && n < turns; n++) await turn();
    if (name === "unpack") gone.abort(new Error("gone"));
  };
  const taking = trees.take(recipe, { step: (name) => void step(name), log: () => undefined, signal: gone.signal });
  // On a machine that is quick it was there before so many turns.
  await taking.then(
    (held) => held[Symbol.asyncDispose](),
    (reason: Error) => expect(reason.message).toBe("gone"),
  );
  expect(await shop.names(folder, "half")).toEqual([]);
  expect(await shop.names(folder, "doomed")).toEqual([]);
});

test("one that was killed while it unpacked is begun anew, without fetching again", async () => {
  const recipe = shop.recipe({}, "24.10.4");
  const size = 40_000_000;
  publish(shop.mirror, recipe, await archiveOf(shop.dir.join("large"), { ...LEAST, large: "x".repeat(size) }));
  const [, signal] = await once(another("killed", recipe, "die"), "exit");
  expect(signal).toBe("SIGKILL");
  expect(await shop.names("killed", "half")).toHaveLength(1);
  expect(await shop.names("killed", "trees")).toEqual([]);
  shop.mirror.clearLog();
  await using trees = await shop.trees("killed");
  expect(await shop.names("killed", "half")).toEqual([]);
  await using held = await shop.take(trees, recipe);
  expect((await stat(`${held.path}/large`)).size).toBe(size);
  // The archive was there already: upstream only says that nothing comes after it.
  expect(shop.mirror.traffic("**/openwrt-imagebuilder-**").bytes).toBe(0);
});

test("what another process has stays, until that is killed", async () => {
  const sizes = 3_000_000;
  const versions = ["24.10.1", "24.10.2", "24.10.3"];
  for (const version of versions) {
    const files = { ...LEAST, version, big: "x".repeat(sizes) };
    publish(shop.mirror, shop.recipe({}, version), await archiveOf(shop.dir.join(`big ${version}`), files));
  }
  const child = another("killed-holder", shop.recipe({}, "24.10.1"), "hold");
  const [path] = (await once(child.stdout ?? child, "data")).map((line) => String(line).trim());
  const isThere = () =>
    stat(`${path}/big`).then(
      ({ size }) => size === sizes,
      () => false,
    );
  expect(await isThere()).toBe(true);
  await using trees = await shop.trees("killed-holder", { budgetBytes: 1.5 * sizes });
  expect((await shop.outcome(trees, shop.recipe({}, "24.10.2"))).code).toBe("taken");
  expect(await isThere()).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await shop.outcome(trees, shop.recipe({}, "24.10.3"))).code).toBe("taken");
  expect(await isThere()).toBe(false);
});
