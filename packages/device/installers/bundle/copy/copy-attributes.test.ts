import { chmod, chown, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CopyBench } from "./copy-bench.ts";

let bench: CopyBench;
beforeEach(async () => {
  bench = await CopyBench.create();
});
afterEach(() => bench[Symbol.asyncDispose]());

test("permissions are the release's, those of config the owner's, and a backup keeps both and times", async () => {
  await bench.install("1.0.0");
  await chmod(bench.www("config.json"), 0o600);
  await chmod(bench.www("version.txt"), 0o664);
  await utimes(bench.www("version.txt"), 1_000_000, 1_000_000);
  const mode = async (name: string) => ((await stat(bench.www(name))).mode & 0o777).toString(8);
  await bench.install("2.0.0");
  expect([await mode("config.json"), await mode("version.txt")]).toEqual(["600", "644"]);
  await bench.rollBack();
  expect([await mode("config.json"), await mode("version.txt")]).toEqual(["600", "664"]);
  expect((await stat(bench.www("version.txt"))).mtimeMs).toBe(1_000_000_000);
  expect(await readFile(bench.www("config.json"), "utf8")).toBe("c 1.0.0");
});

test.skipIf(process.getuid?.() !== 0)(
  "a file belongs to whom the one it replaces or its folder belongs (needs root)",
  async () => {
    const owner = async (name: string) => {
      const { uid, gid } = await stat(bench.www(name));
      return [uid, gid];
    };
    await bench.install("1.0.0", { "web/old.txt": "old" });
    await chown(bench.www(), 1234, 1235);
    await chown(bench.www("version.txt"), 2234, 2235);
    await chown(bench.www("old.txt"), 3234, 3235);
    const { move } = await bench.switchedTo("2.0.0", { "web/new/deep.txt": "new" });
    expect(await owner("version.txt")).toEqual([2234, 2235]);
    expect([await owner("new"), await owner("new/deep.txt")]).toEqual([
      [1234, 1235],
      [1234, 1235],
    ]);
    await chown(bench.www("version.txt"), 0, 0);
    await bench.installer.switchBack(move, bench.report);
    expect([await owner("version.txt"), await owner("old.txt")]).toEqual([
      [2234, 2235],
      [3234, 3235],
    ]);
  },
);

test("a backup that nobody but its owner could read is nobody else's to read", async () => {
  await bench.install("1.0.0");
  await chmod(bench.www("config.json"), 0o600);
  await bench.install("2.0.0");
  expect((await stat(bench.backups("1.0.0/files"))).mode & 0o777).toBe(0o700);
  expect((await stat(bench.backups("1.0.0/files/web/config.json"))).mode & 0o777).toBe(0o600);
});

test("a file of which the backup was damaged doesn't keep the others from coming back", async () => {
  await bench.install("1.0.0");
  const { move } = await bench.switchedTo("2.0.0");
  await writeFile(bench.backups("1.0.0/files/web/version.txt"), "damaged");
  expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
  expect(await readFile(bench.www("config.json"), "utf8")).toBe("c 1.0.0");
  expect(await readFile(bench.www("version.txt"), "utf8")).toBe("2.0.0");
  expect(bench.lines.at(-1)).toMatch(/version.txt was changed on this device/);
  expect(await readdir(bench.www())).toEqual(["config.json", "data", "version.txt"]);
});

test("what pawl.yaml maps elsewhere by now leaves its old place", async () => {
  await bench.install("1.0.0");
  const elsewhere = bench.dir.join("bin/renamed.py");
  bench.installer = bench.newInstaller({ map: { "web/": bench.www(), "tool.py": elsewhere } });
  await bench.install("2.0.0");
  expect(await readdir(bench.dir.join("bin"))).toEqual(["renamed.py"]);
  await bench.rollBack();
  expect(await readFile(elsewhere, "utf8")).toBe("tool 1.0.0");
});

test("what was put elsewhere and meets something there is refused", async () => {
  await bench.install("1.0.0");
  await writeFile(bench.dir.join("bin/renamed.py"), "somebody's");
  const map = { "web/": bench.www(), "tool.py": bench.dir.join("bin/renamed.py") };
  bench.installer = bench.newInstaller({ map });
  const { move, update } = await bench.staged("2.0.0");
  await expect(bench.installer.backUp(move, bench.report)).rejects.toMatchObject({
    code: "not_writable",
    fields: { path: bench.dir.join("bin/renamed.py") },
  });
  await bench.installer.discard(update, move);
  await rm(bench.dir.join("bin/renamed.py"));
  await bench.install("2.0.0");
});
