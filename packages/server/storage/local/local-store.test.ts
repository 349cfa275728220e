import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { TempDir } from "@pawl/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { STORES } from "../index.ts";
import { BUILD, bytesOf, IMAGE, OTHER, Workbench } from "../testing/workbench.ts";
import type { Store, StoredAt } from "../types.ts";
import { openLocalStore } from "./index.ts";

const log = pino({ level: "silent" });
const signal = new AbortController().signal;
const run = promisify(execFile);

async function openEmpty({ dir }: Workbench): Promise<Store> {
  await rm(dir.join("store"), { recursive: true, force: true });
  return openLocalStore({ dir: dir.join("store"), log });
}

let bench: Workbench;
let dir: TempDir;
let store: Store;
beforeAll(async () => {
  bench = await Workbench.create();
  dir = bench.dir;
});
beforeEach(async () => {
  store = await openEmpty(bench);
});
afterAll(() => bench[Symbol.asyncDispose]());

const put = async (): Promise<{ build: string; copy: string }> => ({
  build: BUILD,
  copy: (await store.put(BUILD, bench.files(), signal)).copy,
});
const list = async () => (await Array.fromAsync(store.builds())).map(({ build, bytes }) => ({ build, bytes }));

async function everything(): Promise<string[]> {
  const names = await readdir(dir.join("store"), { recursive: true, withFileTypes: true });
  return names.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
}

async function openFiles(): Promise<string[]> {
  const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
  return (await Promise.all(links)).filter((path) => path.startsWith(dir.path));
}

describe("a file", () => {
  test("is read to its end by whoever had begun when its build was removed", async () => {
    const found = await store.read(await put(), IMAGE);
    if (found?.kind !== "bytes") throw new Error("not there");
    const reader = found.stream.getReader();
    const first = await reader.read();
    await store.remove(BUILD);
    const chunks = [first.value ?? new Uint8Array()];
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
    expect(Buffer.concat(chunks).equals(bench.image)).toBe(true);
    expect(await openFiles()).toEqual([]);
  });

  test("isn't kept open for whoever has had enough", async () => {
    const at = await put();
    const [some, none] = [await store.read(at, "a.manifest"), await store.read(at, "a.manifest")];
    if (some?.kind !== "bytes" || none?.kind !== "bytes") throw new Error("not there");
    expect((await openFiles()).length).toBe(2);
    const reader = some.stream.getReader();
    await reader.read();
    await reader.cancel();
    await none.stream.cancel();
    expect(await openFiles()).toEqual([]);
  });

  test("of a build from before there were copies is read and removed where it is", async () => {
    const at: StoredAt = { build: BUILD, copy: null };
    await mkdir(dir.join("store", "01", BUILD), { recursive: true });
    await writeFile(dir.join("store", "01", BUILD, "image"), "old");
    const { copy } = await put();
    expect((await bytesOf(store, at, "image"))?.toString()).toBe("old");
    expect(new Set((await Array.fromAsync(store.builds())).map((one) => one.copy))).toEqual(new Set([null, copy]));
    await store.remove(BUILD, null);
    expect(await bytesOf(store, at, "image")).toBeNull();
    expect(await bytesOf(store, { build: BUILD, copy }, "empty")).toHaveLength(0);
  });
});

describe("a link that somebody planted in the store", () => {
  test("isn't read, as a file, a build's folder or the one above", async () => {
    const outside = dir.join("outside");
    await mkdir(`${outside}/${BUILD}`, { recursive: true });
    await writeFile(`${outside}/${BUILD}/secret`, "secret");
    await writeFile(`${outside}/secret`, "secret");

    const at = await put();
    await mkdir(`${outside}/${BUILD}/${at.copy}`);
    await writeFile(`${outside}/${BUILD}/${at.copy}/secret`, "secret");
    await symlink(`${outside}/secret`, dir.join("store", "01", BUILD, at.copy, "secret"));
    expect(await bytesOf(store, at, "secret")).toBeNull();

    await rm(dir.join("store", "01", BUILD, at.copy), { recursive: true });
    await symlink(`${outside}/${BUILD}/${at.copy}`, dir.join("store", "01", BUILD, at.copy));
    expect(await bytesOf(store, at, "secret")).toBeNull();

    await rm(dir.join("store", "01", BUILD), { recursive: true });
    await symlink(`${outside}/${BUILD}`, dir.join("store", "01", BUILD));
    expect(await bytesOf(store, at, "secret")).toBeNull();
    expect(await bytesOf(store, { build: BUILD, copy: null }, "secret")).toBeNull();

    await rm(dir.join("store", "01"), { recursive: true });
    await symlink(outside, dir.join("store", "01"));
    expect(await bytesOf(store, at, "secret")).toBeNull();
  });

  test("isn't written to, and what it leads to isn't removed", async () => {
    const outside = dir.join("precious");
    await mkdir(`${outside}/${BUILD}`, { recursive: true });
    await writeFile(`${outside}/${BUILD}/precious`, "precious");
    await symlink(outside, dir.join("store", "01"));
    await expect(store.put(BUILD, bench.files(), signal)).rejects.toMatchObject({ code: "store_failed" });
    await expect(store.remove(BUILD)).rejects.toMatchObject({ code: "store_failed" });
    expect(await readdir(outside)).toEqual([BUILD]);
    expect(await readFile(`${outside}/${BUILD}/precious`, "utf8")).toBe("precious");
    expect((await everything()).sort()).toEqual(["01"]);
  });
});

test("says how many bytes its disk has left", async () => {
  expect(await store.room()).toBeGreaterThan(0);
});

describe("a store that is opened", () => {
  test("has what was put before, and what dead puts left is gone", async () => {
    await put();
    const [boot] = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).split("\n");
    const copy = "0".repeat(16);
    const dead = [`${OTHER}.${process.pid}.1.${boot}.${copy}`, `${OTHER}.1.1.${"0".repeat(8)}.${copy}`, "nonsense"];
    for (const name of dead) await writeLeftOver(`.incoming/${name}`);
    await writeLeftOver(`.removed/${OTHER}.aa`);
    store = await openLocalStore({ dir: dir.join("store"), log });
    expect(await list()).toEqual([{ build: BUILD, bytes: 1_500_011 }]);
    expect(await everything()).toHaveLength(3);
  });

  test("is rid of what a put has left whose process has died since, when it is told to, or to remove that copy", async () => {
    const copy = "ab".repeat(8);
    const left = `.incoming/${OTHER}.${process.pid}.1.${"0".repeat(8)}.${copy}`;
    await writeLeftOver(left);
    expect(await Array.fromAsync(store.builds())).toMatchObject([{ build: OTHER, copy, bytes: 4 }]);
    await store.remove(OTHER, copy);
    expect(await everything()).toEqual([]);
    await writeLeftOver(left);
    await store.tidy(signal);
    expect(await everything()).toEqual([]);
  });

  test("leaves a put that another process is at", async () => {
    const child = execFile("sleep", ["60"]);
    try {
      const [boot] = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).split("\n");
      const start = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ")[1]?.split(" ")[19];
      await writeLeftOver(`.incoming/${OTHER}.${child.pid}.${start}.${boot}.${"0".repeat(16)}`);
      store = await openLocalStore({ dir: dir.join("store"), log });
      await store.remove(OTHER);
      expect(await list()).toEqual([{ build: OTHER, bytes: 4 }]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("leaves a put alone that has only just begun, and isn't locked yet, also in another container", async () => {
    const [young, old] = [`.incoming/.${OTHER}.1.1.${"0".repeat(8)}.${"0".repeat(16)}`, `.incoming/.${OTHER}.1.1.old`];
    await mkdir(dir.join("store", young));
    await mkdir(dir.join("store", old));
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(dir.join("store", old), hourAgo, hourAgo);
    store = await openLocalStore({ dir: dir.join("store"), log });
    await store.tidy(signal);
    await store.remove(OTHER);
    expect(await list()).toEqual([]);
    expect((await readdir(dir.join("store/.incoming"))).map((name) => `.incoming/${name}`)).toEqual([young]);
  });

  test("is refused where there is a file, with its place", async () => {
    await writeFile(dir.join("file"), "");
    const opening = STORES.local({ dir: dir.join("file"), log });
    await expect(opening).rejects.toThrow(`The store ${dir.join("file")} can't be opened: `);
  });

  async function writeLeftOver(name: string) {
    await mkdir(dir.join("store", name));
    await writeFile(dir.join("store", name, "half"), "half");
  }
});

test.skipIf(process.getuid?.() !== 0)("a full disk keeps nothing of a build, and says so", async () => {
  const full = dir.join("full");
  await mkdir(full);
  await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", full]);
  try {
    store = await openLocalStore({ dir: full, log });
    const putting = store.put(BUILD, [bench.made("manifest"), bench.made("image")], signal);
    await expect(putting).rejects.toMatchObject({ code: "store_full", status: 503 });
    expect(await Array.fromAsync(store.builds())).toEqual([]);
    // What is small enough still goes in.
    expect((await store.put(BUILD, [bench.made("manifest")], signal)).files).toHaveLength(1);
  } finally {
    await run("umount", [full]);
  }
});
