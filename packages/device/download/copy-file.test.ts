import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { Sha256 } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { directorySource } from "../sources/directory/index.ts";
import { httpSource } from "../sources/http/index.ts";
import type { Source } from "../sources/types.ts";
import { systemClock } from "../system/clock.ts";
import { HOSTILE_FILES } from "../testing/hostile-files.ts";
import { inProcess, PRINT_CODE } from "../testing/in-process.ts";
import type { Advance } from "../update/progress.ts";
import { DownloadsFolder } from "./downloads.ts";

const CONTENT = randomBytes(700_000);
const SHA256 = Sha256.parse(createHash("sha256").update(CONTENT).digest("hex"));
const signal = new AbortController().signal;

let dir: TempDir;
let url: string;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("stick"));
  await writeFile(dir.join("stick/app.tar"), CONTENT);
  url = pathToFileURL(dir.join("stick/app.tar")).href;
});
afterEach(() => dir[Symbol.asyncDispose]());

const folder = (source: Pick<Source, "downloadHeaders"> = directorySource({ path: dir.join("stick") })) =>
  new DownloadsFolder({
    dir: dir.join("downloads"),
    keys: [],
    headers: (address) => source.downloadHeaders(address),
    clock: systemClock,
  });
const bundle = (size = CONTENT.length, sha256 = SHA256) => ({ name: "app.tar", size, sha256, unpacked_size: 1 });
const files = () => readdir(dir.join("downloads"));

test("a bundle on a stick is copied, with its progress, and nothing goes over the network", async () => {
  const told: Advance[] = [];
  expect(await folder().fetch(url, bundle(), (advance) => told.push(advance), signal)).toBe(0);
  expect((await readFile(dir.join("downloads", `${SHA256}.bundle`))).equals(CONTENT)).toBe(true);
  expect(await files()).toEqual([`${SHA256}.bundle`]);
  expect(told[0]).toMatchObject({ doneBytes: 0, totalBytes: CONTENT.length });
  expect(told.at(-1)).toMatchObject({ doneBytes: CONTENT.length });
});

test("one that is here already isn't read again", async () => {
  await folder().fetch(url, bundle(), () => {}, signal);
  await writeFile(dir.join("stick/app.tar"), "another");
  expect(await folder().fetch(url, bundle(), () => {}, signal)).toBe(0);
});

test.each([CONTENT.length, null])("one of unstated hash and size %s gets the name of the hash it has", async (size) => {
  expect(await folder().fetchUnstated(url, size, () => {}, signal)).toEqual({ bytes: 0, sha256: SHA256 });
  expect(await files()).toEqual([`${SHA256}.bundle`]);
});

test.each([
  ["longer than stated", bundle(CONTENT.length - 1), "too_large"],
  ["shorter than stated", bundle(CONTENT.length + 1), "hash_mismatch"],
  ["another one", bundle(CONTENT.length, Sha256.parse("a".repeat(64))), "hash_mismatch"],
])("a bundle that is %s is refused and leaves nothing", async (_, stated, code) => {
  await expect(folder().fetch(url, stated, () => {}, signal)).rejects.toMatchObject({ code });
  expect(await files()).toEqual([]);
});

test("one of unstated hash that has another size than listed has moved", async () => {
  await expect(folder().fetchUnstated(url, 5, () => {}, signal)).rejects.toMatchObject({ code: "release_moved" });
});

test("a stick that was pulled out is offline", async () => {
  await rm(dir.join("stick"), { recursive: true });
  await expect(folder().fetch(url, bundle(), () => {}, signal)).rejects.toMatchObject({
    code: "offline",
    message: expect.stringContaining("Plug in the stick"),
  });
});

test("ends with the caller's reason, and a later call begins again", async () => {
  const controller = new AbortController();
  const reason = new Error("cancelled by its owner");
  const advance = () => controller.abort(reason);
  await expect(folder().fetch(url, bundle(), advance, controller.signal)).rejects.toBe(reason);
  expect(await files()).toEqual([]);
  await folder().fetch(url, bundle(), () => {}, signal);
  expect(await files()).toEqual([`${SHA256}.bundle`]);
});

test("a host on the network can't have a file of this device taken for a bundle", async () => {
  const parts = { cacheDir: dir.join("cache"), userAgent: "pawl" };
  const source = httpSource({ url: "https://releases.example.org/" }, parts);
  await expect(folder(source).fetch(url, bundle(), () => {}, signal)).rejects.toMatchObject({
    code: "host_error",
    message: expect.stringContaining("only http and https addresses are read"),
  });
  await expect(folder(source).fetchUnstated(url, null, () => {}, signal)).rejects.toMatchObject({ code: "host_error" });
});

test.each(HOSTILE_FILES)("%s as the bundle holds nothing up", async (_, make) => {
  await rm(dir.join("stick/app.tar"));
  await make(dir.join("stick/app.tar"));
  const options = JSON.stringify({ url, to: dir.join("copied"), size: 10, sha256: null });
  const script = `${PRINT_CODE} printCode(copyFile({ ...${options}, clock: systemClock, signal: new AbortController().signal }));`;
  const imports = { copyFile: "download/copy-file.ts", systemClock: "system/clock.ts" };
  expect(["state_damaged", "release_moved"]).toContain(await inProcess(imports, script));
});
