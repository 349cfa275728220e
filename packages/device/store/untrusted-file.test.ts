import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { HOSTILE_FILES } from "../testing/hostile-files.ts";
import { inProcess, PRINT_CODE } from "../testing/in-process.ts";
import { readHeadSync, readUntrusted } from "./untrusted-file.ts";

const ID = "mm7k2a0aa-aaaaaa";

test("reads a file as it is", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("file"), "content");
  await writeFile(dir.join("empty"), "");
  expect(String(await readUntrusted(dir.join("file"), 7))).toBe("content");
  expect(String(await readUntrusted(dir.join("empty"), 0))).toBe("");
  expect(String(readHeadSync(dir.join("file"), 100))).toBe("content");
  expect(String(readHeadSync(dir.join("file"), 4))).toBe("cont");
});

test("a missing file is none", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("file"), "content");
  for (const path of [dir.join("none"), dir.join("none", "there"), dir.join("file", "below")]) {
    expect(await readUntrusted(path, 10)).toBeNull();
    expect(readHeadSync(path, 10)).toHaveLength(0);
  }
});

test("refuses one that is too large", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("file"), "content");
  await expect(readUntrusted(dir.join("file"), 6)).rejects.toMatchObject({ code: "too_large" });
});

test("refuses a socket", async () => {
  await using dir = await TempDir.create();
  const server = createServer().listen(dir.join("socket"));
  await once(server, "listening");
  await expect(readUntrusted(dir.join("socket"), 10)).rejects.toMatchObject({ code: "state_damaged" });
  expect(readHeadSync(dir.join("socket"), 10)).toHaveLength(0);
  server.close();
});

test.each(HOSTILE_FILES)("refuses %s", async (_, make) => {
  await using dir = await TempDir.create();
  await make(dir.join("file"));
  const script = `${PRINT_CODE} printCode(readUntrusted(${JSON.stringify(dir.join("file"))}, 1000));`;
  expect(await inProcess({ readUntrusted: "store/untrusted-file.ts" }, script)).toBe("state_damaged");
});

test.each(HOSTILE_FILES)("%s as the request to cancel is none, and holds nobody up", async (_, make) => {
  await using dir = await TempDir.create();
  await make(dir.join("cancel"));
  const script = `
    const signal = cancelSignal(${JSON.stringify(dir.join("cancel"))}, "${ID}");
    await new Promise((resolve) => setTimeout(resolve, 250));
    signal[Symbol.dispose]();
    console.log(signal.aborted);
  `;
  expect(await inProcess({ cancelSignal: "store/cancel-request.ts" }, script)).toBe("false");
});

test.each(HOSTILE_FILES)("%s as the other side's log is an empty log", async (_, make) => {
  await using dir = await TempDir.create();
  await make(dir.join(`${ID}.jsonl`));
  const script = `console.log(readLog([${JSON.stringify(dir.path)}], "${ID}").length)`;
  expect(await inProcess({ readLog: "store/update-log.ts" }, script)).toBe("0");
});
