import { expect, test } from "vitest";
import type { FileSystem } from "../../preflight/space.ts";
import { assessRoom } from "./room.ts";

const GIB = 1024 ** 3;

const card: FileSystem = {
  device: 1,
  mountPoint: "/",
  totalBytes: 16 * GIB,
  freeBytes: 4 * GIB,
  blockBytes: 4096,
  freeInodes: 30_000,
};

function growingTo(bytes: number, files = 10) {
  return [
    { file: "kettle-1.0-py3-none-any.whl", unpacked: { bytes: 1000, files: 3 } },
    { file: "stove-3.0-py3-none-any.whl", unpacked: { bytes, files } },
  ];
}

function assess(wheels: ReturnType<typeof growingTo>, on: FileSystem | null = card) {
  return assessRoom(wheels, { path: "/opt/kettle/releases/1.0", on, version: "1.0" });
}

test("what fits and leaves the disk its reserve is unpacked", () => {
  expect(assess(growingTo(3 * GIB))).toBeNull();
  expect(assess(growingTo(3 * GIB), null)).toBeNull();
});

test("what would take the reserve is told with the numbers, and may be tried when there is room", () => {
  expect(assess(growingTo(4 * GIB - 1_000_000))).toMatchObject({
    code: "disk_full",
    fields: {
      path: "/",
      version: "1.0",
      free_bytes: 4 * GIB,
      detail: expect.stringContaining("unpacking what was built"),
    },
  });
  expect(assess(growingTo(GIB, 40_000))).toMatchObject({
    code: "disk_full",
    message: expect.stringContaining("files"),
  });
});

test.each([
  ["bytes, however large the disk is", growingTo(9 * GIB)],
  ["files", growingTo(GIB, 300_000)],
  ["more than can be counted", growingTo(2 ** 64)],
])("no release has so many %s", (_, wheels) => {
  const large = { ...card, totalBytes: 2 ** 70, freeBytes: 2 ** 69, freeInodes: null };
  for (const on of [large, card, null])
    expect(assess(wheels, on)).toMatchObject({
      code: "archive_refused",
      message: expect.stringContaining("most of it is stove-3.0-py3-none-any.whl"),
    });
});
