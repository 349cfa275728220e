import { expect, test } from "vitest";
import { assessSpace, type FileSystem, type PlacedNeed } from "./space.ts";

const MB = 1e6;

/** Large enough for the whole reserve, with blocks so small that files have the size they have. */
function disk(fields: Partial<FileSystem> = {}): FileSystem {
  const roomy = { device: 1, mountPoint: "/var", totalBytes: 4e9, freeBytes: 1e9, blockBytes: 0, freeInodes: 1e6 };
  return { ...roomy, ...fields };
}

function need(purpose: string, bytes: number, on = disk(), inodes = 0): PlacedNeed {
  return { path: `${on.mountPoint}/lib`, purpose, bytes, inodes, on };
}

const RESERVE = 16 * 1024 * 1024;

test("§6 preflight: Pi-Kit 60: what is missing is said in numbers, for download, staging and backup together", () => {
  const var_ = disk({ freeBytes: 82 * MB });
  const needs = [
    need("the download", 20 * MB - RESERVE, var_),
    need("unpacking", 60 * MB, var_),
    need("the backup", 40 * MB, var_),
  ];
  expect(assessSpace(needs, "2.0.0")).toMatchObject({
    code: "disk_full",
    message: "38 MB are missing on /var (needs 120 MB, has 82 MB).",
    fields: {
      version: "2.0.0",
      needed_bytes: 120 * MB,
      free_bytes: 82 * MB,
      path: "/var",
      detail: "the download 3.3 MB, unpacking 60 MB, the backup 40 MB, kept free 17 MB",
    },
  });
});

test.each([
  ["nothing is needed, not even on a full disk", [need("unpacking", 0, disk({ freeBytes: 0 }))]],
  ["it fits to the byte, with the reserve", [need("unpacking", 1e9 - RESERVE)]],
  ["each file system has room for its own", [need("a", 9e8), need("b", 9e8, disk({ device: 2, mountPoint: "/opt" }))]],
  ["the download is there already", [need("the download", -5e8), need("unpacking", 1.4e9)]],
  [
    "a small file system keeps only a hundredth free",
    [need("unpacking", 99, disk({ totalBytes: 100, freeBytes: 100 }))],
  ],
  ["there are inodes to the last one", [need("unpacking", 1, disk({ freeInodes: 40 }), 40)]],
  ["inodes aren't counted there", [need("unpacking", 1, disk({ freeInodes: null }), 1e9)]],
])("there is room when %s", (_, needs) => {
  expect(assessSpace(needs, "2.0.0")).toBeNull();
});

test.each([
  ["a byte more than fits", [need("unpacking", 1e9 - RESERVE + 1)]],
  ["two on the same file system that fit only one by one", [need("a", 6e8), need("b", 6e8)]],
  ["many tiny files that fill a block each", [need("unpacking", 1, disk({ blockBytes: 4096, freeBytes: 2e7 }), 1000)]],
])("there is no room for %s", (_, needs) => {
  expect(assessSpace(needs, "2.0.0")?.code).toBe("disk_full");
});

test("what a network file system likes to send at once isn't what a small file takes", () => {
  expect(assessSpace([need("unpacking", 1, disk({ blockBytes: 1024 * 1024 }), 1000)], "2.0.0")).toBeNull();
});

test("two that are short are both named, the one that lacks most first and in the fields", () => {
  const needs = [
    need("the download", 100 * MB, disk({ freeBytes: 90 * MB })),
    need("unpacking", 300 * MB, disk({ device: 2, mountPoint: "/opt", freeBytes: 10 * MB })),
  ];
  const full = assessSpace(needs, "2.0.0");
  expect(full?.message).toBe(
    "307 MB are missing on /opt (needs 317 MB, has 10 MB). 27 MB are missing on /var (needs 117 MB, has 90 MB).",
  );
  expect(full?.fields).toMatchObject({ path: "/opt", free_bytes: 10 * MB });
});

test("Pi-Kit 60: inodes are counted, too", () => {
  const full = assessSpace(
    [need("the download", 1, disk({ freeInodes: 812 }), 4), need("unpacking", 1, disk(), 3996)],
    "",
  );
  expect(full).toMatchObject({
    code: "disk_full",
    message: "There are too many small files on /var already (needs 4,000 files and folders, has room for 812).",
    fields: { path: "/var", detail: "the download 4, unpacking 3,996" },
  });
  expect(full?.fields.needed_bytes).toBeUndefined();
});
