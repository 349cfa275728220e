import { readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seen, writeContents } from "../tree-fixture.ts";
import { CopyBench, twice } from "./copy-bench.ts";

let bench: CopyBench;
beforeEach(async () => {
  bench = await CopyBench.create();
  await writeContents(bench.www(), {
    "version.txt": "old",
    "config.json": "old config",
    "data/seed": "data",
    "other.txt": "other",
  });
  await writeFile(bench.dir.join("bin/tool.py"), "old tool");
});
afterEach(() => bench[Symbol.asyncDispose]());

test("what was there before Pawl becomes a release one can go back to", async () => {
  bench.versionBefore = "0.9.0";
  const before = await bench.device();
  await bench.install("1.0.0");
  expect(await bench.installer.current()).toMatchObject({ version: "1.0.0" });
  expect(await bench.installer.backups()).toMatchObject([{ version: "0.9.0", tree: "0.9.0" }]);
  expect(await seen(bench.www())).toEqual({
    "version.txt": "1.0.0",
    "config.json": "old config",
    "config.json.pawl-new": "c 1.0.0",
    "data/seed": "data",
    "other.txt": "other",
  });
  await bench.rollBack();
  expect(await bench.installer.current()).toMatchObject({ version: "0.9.0" });
  expect(await bench.device()).toEqual(before);
});

test("its manifest lists what the first release replaces, and neither config nor kept files", async () => {
  const { move, update } = await bench.staged("1.0.0");
  expect(move).toMatchObject({ previous: "before-pawl", next: "1.0.0", adopts: true });
  await twice(() => bench.installer.adopt(move, bench.report, (work) => work()));
  const manifest = await bench.installer.manifest("before-pawl");
  expect(manifest?.files.map(({ path }) => path)).toEqual(["tool.py", "web/version.txt"]);
  await bench.installer.discard(update, move);
  expect(await bench.installer.current()).toMatchObject({
    version: "before-pawl",
    manifest_sha256: expect.any(String),
  });
  expect(JSON.parse(await readFile(bench.dir.join("state/installed.json"), "utf8"))).toMatchObject({
    channel: null,
    source: null,
    installed_at: null,
  });
});

test("a first update that fails goes back to it", async () => {
  bench.versionBefore = "not a version!";
  const before = await bench.device();
  const { move } = await bench.switchedTo("1.0.0", { "web/new.txt": "new" });
  expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
  expect(await bench.device()).toEqual(before);
  expect(await bench.installer.current()).toMatchObject({ version: "before-pawl", tree: "before-pawl" });
});

test("the very version that is installed may have been there before", async () => {
  bench.versionBefore = "1.0.0";
  const { move } = await bench.staged("1.0.0");
  expect(move).toMatchObject({ previous: "1.0.0~2", next: "1.0.0" });
});
