import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { TempDir } from "./temp-dir.ts";

test("a folder is gone with everything in it", async () => {
  let path: string;
  {
    await using dir = await TempDir.create();
    path = dir.path;
    await mkdir(dir.join("a", "b"), { recursive: true });
    await writeFile(dir.join("a", "b", "c"), "");
    expect(existsSync(path)).toBe(true);
  }
  expect(existsSync(path)).toBe(false);
});
