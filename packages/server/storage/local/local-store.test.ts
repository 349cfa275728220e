import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { STORES } from "../index.ts";
import type { Store } from "../types.ts";
import { openLocalStore } from "./index.ts";

const log = pino({ level: "silent" });
const signal = new AbortController().signal;
const BUILD = "0123456789abcdef0123456789abcdef";
const OTHER = "fedcba9876543210fedcba9876543210";
const run = promisify(execFile);

let dir: TempDir;
let store: Store;
let image: Buffer;

beforeAll(async () => {
  dir = await TempDir.create();
  // Longer than what is read at a time, and no multiple of it.
  image = randomBytes(1_500_001);
  await mkdir(dir.join("made"));
  await writeFile(dir.join("made", "image"), image);
  await writeFile(dir.join("made", "manifest"), "vim - 9.1\n");
  await writeFile(dir.join("made", "empty"), "");
});
beforeEach(async () => {
  await rm(dir.join("store"), { recursive: true, force: true });
  store = await openLocalStore({ dir: dir.join("store"), log });
});
afterAll(() => dir[Symbol.asyncDispose]());

const made = (name: string, as = name) => ({ name: as, path: dir.join("made", name) });
const FILES = () => [made("image", "a-squashfs-sysupgrade.bin"), made("manifest", "a.manifest"), made("empty")];

async function bytesOf(build: string, name: string, range?: { start: number; end: number }): Promise<Buffer | null> {
  const found = await store.read(build, name, range);
  if (found === null) return null;
  if (found.kind !== "bytes") throw new Error(found.kind);
  return Buffer.from(await new Response(found.stream).arrayBuffer());
}

async function everything(): Promise<string[]> {
  const names = await readdir(dir.join("store"), { recursive: true, withFileTypes: true });
  return names.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
}

async function openFiles(): Promise<string[]> {
  const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
  return (await Promise.all(links)).filter((path) => path.startsWith(dir.path));
}

describe("a build that was put", () => {
  test("is told with the sizes and sums of what the store gives back", async () => {
    const stored = await store.put(BUILD, FILES(), signal);
    expect(stored.map(({ name, size }) => [name, size])).toEqual([
      ["a-squashfs-sysupgrade.bin", 1_500_001],
      ["a.manifest", 10],
      ["empty", 0],
    ]);
    for (const { name, sha256 } of stored) {
      const bytes = await bytesOf(BUILD, name);
      expect(
        createHash("sha256")
          .update(bytes ?? "")
          .digest("hex"),
      ).toBe(sha256);
    }
    expect(await bytesOf(BUILD, "a-squashfs-sysupgrade.bin")).toEqual(image);
  });

  test.each([
    [0, 0],
    [1_500_000, 1_500_000],
    [262_143, 262_144],
    [5, 1_400_000],
    [1_499_990, 9_999_999],
  ])("is read from byte %i to %i", async (start, end) => {
    await store.put(BUILD, FILES(), signal);
    const part = await bytesOf(BUILD, "a-squashfs-sysupgrade.bin", { start, end });
    expect(part?.equals(image.subarray(start, end + 1))).toBe(true);
  });

  test("is the same after it was put a second time, which what it was made from may not be", async () => {
    const first = await store.put(BUILD, FILES(), signal);
    expect(await store.put(BUILD, FILES(), signal)).toEqual(first);
    expect((await everything()).sort()).toEqual(["a-squashfs-sysupgrade.bin", "a.manifest", "empty"]);
    const other = await store.put(BUILD, [made("manifest", "image")], signal);
    expect(await everything()).toEqual(["image"]);
    expect(other).toMatchObject([{ name: "image", size: 10 }]);
  });

  test("is there once, whole, when several put it at once", async () => {
    const puts = await Promise.all([1, 2, 3, 4].map(() => store.put(BUILD, FILES(), signal)));
    expect(new Set(puts.map((stored) => JSON.stringify(stored))).size).toBe(1);
    expect((await everything()).length).toBe(3);
  });

  test("is listed with its bytes, and no longer after it was removed", async () => {
    await store.put(BUILD, FILES(), signal);
    await store.put(OTHER, [made("manifest")], signal);
    const list = async () => (await Array.fromAsync(store.builds())).sort((a, b) => a.bytes - b.bytes);
    expect(await list()).toEqual([
      { build: OTHER, bytes: 10 },
      { build: BUILD, bytes: 1_500_011 },
    ]);
    await store.remove(BUILD);
    await store.remove(BUILD);
    expect(await list()).toEqual([{ build: OTHER, bytes: 10 }]);
    expect(await bytesOf(BUILD, "empty")).toBeNull();
    expect(await everything()).toEqual(["manifest"]);
  });

  test("is read to its end by whoever had begun when it was removed", async () => {
    await store.put(BUILD, FILES(), signal);
    const found = await store.read(BUILD, "a-squashfs-sysupgrade.bin");
    if (found?.kind !== "bytes") throw new Error("not there");
    const reader = found.stream.getReader();
    const first = await reader.read();
    await store.remove(BUILD);
    const chunks = [first.value ?? new Uint8Array()];
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
    expect(Buffer.concat(chunks).equals(image)).toBe(true);
    expect(await openFiles()).toEqual([]);
  });

  test("doesn't keep a file open for whoever has had enough", async () => {
    await store.put(BUILD, FILES(), signal);
    const [some, none] = [await store.read(BUILD, "a.manifest"), await store.read(BUILD, "a.manifest")];
    if (some?.kind !== "bytes" || none?.kind !== "bytes") throw new Error("not there");
    expect((await openFiles()).length).toBe(2);
    const reader = some.stream.getReader();
    await reader.read();
    await reader.cancel();
    await none.stream.cancel();
    expect(await openFiles()).toEqual([]);
  });
});

describe("nothing is kept", () => {
  test("of a build of which a file is missing", async () => {
    const files = [...FILES(), made("nothing")];
    await expect(store.put(BUILD, files, signal)).rejects.toMatchObject({ code: "store_failed" });
    expect(await everything()).toEqual([]);
    expect(await Array.fromAsync(store.builds())).toEqual([]);
  });

  test("of one that is given up in the middle", async () => {
    const end = new AbortController();
    const putting = store.put(BUILD, FILES(), end.signal);
    end.abort();
    await expect(putting).rejects.toMatchObject({ name: "AbortError" });
    expect(await everything()).toEqual([]);
  });

  test.each(["", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a b", "ä", "a\0", "a".repeat(256)])(
    "by the name %j",
    async (name) => {
      const put = store.put(BUILD, [{ name, path: dir.join("made", "image") }], signal);
      await expect(put).rejects.toMatchObject({ code: "store_failed" });
      expect(await everything()).toEqual([]);
      expect(await store.read(BUILD, name)).toBeNull();
    },
  );

  test.each(["", "..", "0123", `${BUILD}/..`, BUILD.toUpperCase()])("of a build %j", async (build) => {
    await expect(store.put(build, FILES(), signal)).rejects.toMatchObject({ code: "store_failed" });
    await expect(store.remove(build)).rejects.toMatchObject({ code: "store_failed" });
    expect(await store.read(build, "empty")).toBeNull();
  });

  test("of one with a name twice, or without files", async () => {
    await expect(store.put(BUILD, [made("image"), made("empty", "image")], signal)).rejects.toThrow(/same name/);
    await expect(store.put(BUILD, [], signal)).rejects.toThrow(/without files/);
  });

  test("of a link, a folder, a pipe or a device among what was made", async () => {
    await symlink("/etc/passwd", dir.join("made", "link"));
    await run("mkfifo", [dir.join("made", "pipe")]);
    for (const name of ["link", "pipe", "."]) {
      await expect(store.put(BUILD, [made(name, "image")], signal)).rejects.toMatchObject({ code: "store_failed" });
    }
    const device = store.put(BUILD, [{ name: "image", path: "/dev/zero" }], signal);
    await expect(device).rejects.toMatchObject({ code: "store_failed" });
    expect(await everything()).toEqual([]);
  });
});

describe("a link that somebody planted in the store", () => {
  test("isn't read, as a file, a build's folder or the one above", async () => {
    const outside = dir.join("outside");
    await mkdir(`${outside}/${BUILD}`, { recursive: true });
    await writeFile(`${outside}/${BUILD}/secret`, "secret");
    await writeFile(`${outside}/secret`, "secret");

    await store.put(BUILD, FILES(), signal);
    await symlink(`${outside}/secret`, dir.join("store", "01", BUILD, "secret"));
    expect(await bytesOf(BUILD, "secret")).toBeNull();

    await rm(dir.join("store", "01", BUILD), { recursive: true });
    await symlink(`${outside}/${BUILD}`, dir.join("store", "01", BUILD));
    expect(await bytesOf(BUILD, "secret")).toBeNull();

    await rm(dir.join("store", "01"), { recursive: true });
    await symlink(outside, dir.join("store", "01"));
    expect(await bytesOf(BUILD, "secret")).toBeNull();
  });

  test("isn't written to, and what it leads to isn't removed", async () => {
    const outside = dir.join("precious");
    await mkdir(`${outside}/${BUILD}`, { recursive: true });
    await writeFile(`${outside}/${BUILD}/precious`, "precious");
    await symlink(outside, dir.join("store", "01"));
    await expect(store.put(BUILD, FILES(), signal)).rejects.toMatchObject({ code: "store_failed" });
    await expect(store.remove(BUILD)).rejects.toMatchObject({ code: "store_failed" });
    expect(await readdir(outside)).toEqual([BUILD]);
    expect(await readFile(`${outside}/${BUILD}/precious`, "utf8")).toBe("precious");
    expect((await everything()).sort()).toEqual(["01"]);
  });
});

describe("a store that is opened", () => {
  test("has what was put before, and what dead puts left is gone", async () => {
    await store.put(BUILD, FILES(), signal);
    const [boot] = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).split("\n");
    const dead = [`${OTHER}.${process.pid}.1.${boot}.aa`, `${OTHER}.1.1.${"0".repeat(8)}.aa`, "nonsense"];
    for (const name of dead) await writeLeftOver(`.incoming/${name}`);
    await writeLeftOver(`.removed/${OTHER}.aa`);
    store = await openLocalStore({ dir: dir.join("store"), log });
    expect(await Array.fromAsync(store.builds())).toEqual([{ build: BUILD, bytes: 1_500_011 }]);
    expect(await everything()).toHaveLength(3);
  });

  test("leaves a put that another process is at", async () => {
    const child = execFile("sleep", ["60"]);
    try {
      const [boot] = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).split("\n");
      const start = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ")[1]?.split(" ")[19];
      await writeLeftOver(`.incoming/${OTHER}.${child.pid}.${start}.${boot}.aa`);
      store = await openLocalStore({ dir: dir.join("store"), log });
      expect(await Array.fromAsync(store.builds())).toEqual([{ build: OTHER, bytes: 4 }]);
    } finally {
      child.kill("SIGKILL");
    }
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
    const put = store.put(BUILD, [made("manifest"), made("image")], signal);
    await expect(put).rejects.toMatchObject({ code: "store_full", status: 503 });
    expect(await Array.fromAsync(store.builds())).toEqual([]);
    // What is small enough still goes in.
    expect(await store.put(BUILD, [made("manifest")], signal)).toHaveLength(1);
  } finally {
    await run("umount", [full]);
  }
});
