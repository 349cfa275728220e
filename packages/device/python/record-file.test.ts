import { mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { run } from "../system/run.ts";
import { readRecord } from "./record-file.ts";

test("a list of files that Python has written is read as Python reads it", async () => {
  await using dir = await TempDir.create();
  const program = `import csv, sys
rows = [("x/__init__.py", "sha256=AbC-_9", "12"), ("../../../bin/x", "sha256=a=b", "0"), ('a,"b"\\nc', "", ""), ("x.dist-info/RECORD", "", "")]
csv.writer(open(sys.argv[1], "w", newline=""), lineterminator=sys.argv[2]).writerows(rows)`;
  for (const end of ["\n", "\r\n"]) {
    await run(["/usr/bin/python3", "-I", "-c", program, dir.join("RECORD"), end], { timeoutMs: 60_000 });
    expect(await readRecord(dir.path)).toEqual([
      { path: "x/__init__.py", hash: { algorithm: "sha256", digest: "AbC-_9" }, size: 12 },
      { path: "../../../bin/x", hash: { algorithm: "sha256", digest: "a=b" }, size: 0 },
      { path: 'a,"b"\nc', hash: null, size: null },
      { path: "x.dist-info/RECORD", hash: null, size: null },
    ]);
  }
});

test("no list is null, an empty one lists nothing", async () => {
  await using dir = await TempDir.create();
  expect(await readRecord(dir.path)).toBeNull();
  await writeFile(dir.join("RECORD"), "");
  expect(await readRecord(dir.path)).toEqual([]);
});

test.each(['"x', 'x"y,,', "x,sha256,1", "x,,one", ",,", "x\0y,,", "a,,1\rb,,"])(
  "a list with %j is damaged",
  async (text) => {
    await using dir = await TempDir.create();
    await writeFile(dir.join("RECORD"), text);
    await expect(readRecord(dir.path)).rejects.toMatchObject({
      code: "state_damaged",
      fields: { path: dir.join("RECORD") },
    });
  },
);

test("a folder in its place isn't a list", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("RECORD"));
  await expect(readRecord(dir.path)).rejects.toMatchObject({ code: "state_damaged" });
});
