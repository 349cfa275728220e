import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { GOOD, LISTED, Place, UNTOUCHED } from "./hostile-bundles.ts";
import { listedFile, tarOf } from "./tar-fixture.ts";
import { folderWithZstd, frameOf, zstdSync } from "./zstd-fixture.ts";

const PATH = process.env.PATH ?? "";
const hasProgram = PATH.split(delimiter).some((folder) => existsSync(join(folder, "zstd")));
const sound = tarOf(...GOOD);
const PROGRAM = { zstd: "program" } as const;

afterEach(() => {
  process.env.PATH = PATH;
});

async function unpacked(place: Place): Promise<string[]> {
  const at = (name: string) => readFile(join(place.path, "releases/staging/app", name), "utf8");
  return [await at("run.sh"), await at("data.txt")];
}

test("§6 bundle: a tar.zst is read by Node where Node can", async () => {
  await using place = await Place.create();
  process.env.PATH = "";
  await place.unpack(zstdSync(sound), LISTED, { zstd: "zlib" });
  expect(await unpacked(place)).toEqual(["#!/bin/sh\n", "data"]);
});

test("a tar.zst is read by the program elsewhere, large ones too, with bounded memory on both sides", async () => {
  await using place = await Place.create();
  process.env.PATH = await folderWithZstd(join(place.path, "releases/staging-bin"));
  const large = randomBytes(3_000_000);
  const tar = tarOf(...GOOD, { name: "app/large", body: large });
  await place.unpack(zstdSync(tar), [...LISTED, listedFile("app/large", large)], { ...PROGRAM, unpacked: 3_100_000 });
  expect(await unpacked(place)).toEqual(["#!/bin/sh\n", "data"]);
  expect((await readFile(join(place.path, "releases/staging/app/large"))).equals(large)).toBe(true);
});

test.skipIf(!hasProgram)("a tar.zst is read by the real program zstd", async () => {
  await using place = await Place.create();
  await place.unpack(zstdSync(sound), LISTED, PROGRAM);
  expect(await unpacked(place)).toEqual(["#!/bin/sh\n", "data"]);
  await using other = await Place.create();
  await other.unpack(frameOf(sound, { header: [15 << 3] }), LISTED, PROGRAM);
  await using third = await Place.create();
  const twice = Buffer.concat([zstdSync(sound), zstdSync(sound)]);
  await expect(third.unpack(twice, LISTED, PROGRAM)).rejects.toMatchObject({ code: "archive_refused" });
  await using fourth = await Place.create();
  await fourth.unpack(Buffer.concat([zstdSync(sound), zstdSync(Buffer.alloc(0))]), LISTED, PROGRAM);
});

test("without either, the owner is told what to install and the publisher what to publish", async () => {
  await using place = await Place.create();
  process.env.PATH = place.path;
  await expect(place.unpack(zstdSync(sound), LISTED, PROGRAM)).rejects.toMatchObject({
    code: "requires_unmet",
    message: expect.stringMatching(/apt install zstd.*tar\.gz/),
  });
  expect(await place.around()).toEqual(UNTOUCHED);
});

test("what a program that fails says is in the detail", async () => {
  await using place = await Place.create();
  process.env.PATH = `${await folderWithZstd(join(place.path, "releases/staging-bin"), "echo it is broken >&2; exit 3")}:/bin`;
  await expect(place.unpack(zstdSync(sound), LISTED, PROGRAM)).rejects.toMatchObject({
    code: "archive_refused",
    fields: { detail: expect.stringContaining("it is broken") },
  });
});

test("a program that ends well before it has said everything isn't believed", async () => {
  await using place = await Place.create();
  process.env.PATH = `${await folderWithZstd(join(place.path, "releases/staging-bin"), "cat > /dev/null")}:/bin`;
  await expect(place.unpack(zstdSync(sound), LISTED, PROGRAM)).rejects.toMatchObject({ code: "archive_refused" });
});

test.each([
  ["a damaged block", (zst: Buffer) => zst.fill(0xff, 30, 60), "archive_refused"],
  ["a frame cut off", (zst: Buffer) => zst.subarray(0, zst.length - 9), "archive_refused"],
  ["a second frame cut off", (zst: Buffer) => Buffer.concat([zst, zst.subarray(0, 20)]), "archive_refused"],
])("the program's way refuses %s too", async (_, change, code) => {
  await using place = await Place.create();
  process.env.PATH = await folderWithZstd(join(place.path, "releases/staging-bin"));
  await expect(place.unpack(change(zstdSync(sound)), LISTED, PROGRAM)).rejects.toMatchObject({ code });
});

test("a bomb ends the program as soon as it is too much", async () => {
  await using place = await Place.create();
  process.env.PATH = await folderWithZstd(join(place.path, "releases/staging-bin"));
  const bomb = zstdSync(Buffer.concat([sound, Buffer.alloc(200 * 1024 ** 2)]));
  await expect(place.unpack(bomb, LISTED, PROGRAM)).rejects.toMatchObject({
    message: expect.stringMatching(/unpacks to more/),
  });
});

test("a program that hangs is killed when the update is cancelled", async () => {
  await using place = await Place.create();
  const pid = join(place.path, "releases/pid");
  process.env.PATH = `${await folderWithZstd(join(place.path, "releases/staging-bin"), `echo $$ > ${pid}; exec sleep 1000`)}:/bin:/usr/bin`;
  const cancel = new AbortController();
  const unpacking = place.unpack(zstdSync(sound), LISTED, { ...PROGRAM, signal: cancel.signal });
  const rejected = expect(unpacking).rejects.toThrow("cancelled");
  await vi.waitFor(async () => expect(await readFile(pid, "utf8")).toMatch(/^\d+\n/));
  cancel.abort(new Error("cancelled"));
  await rejected;
  const killed = Number(await readFile(pid, "utf8"));
  await vi.waitFor(() => expect(() => process.kill(killed, 0)).toThrow("ESRCH"));
});
