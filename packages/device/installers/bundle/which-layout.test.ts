import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { BundleInstall } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InstalledStore } from "../../store/installed.ts";
import { CopyBench } from "./copy/copy-bench.ts";
import { holdsLinks, layoutInPlace, layoutToInstall } from "./which-layout.ts";

const exec = promisify(execFile);
const yes = async () => true;

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

const config = (more: object = {}) =>
  BundleInstall.parse({ home: dir.join("home"), map: { "web/": dir.join("www/web") }, ...more });

test.each<[string, object, "symlink" | "copy" | null, "symlink" | "copy"]>([
  ["as declared", { layout: "copy" }, null, "copy"],
  ["as declared", { layout: "symlink" }, null, "symlink"],
  ["as declared and installed", { layout: "copy" }, "copy", "copy"],
  ["as installed", {}, "copy", "copy"],
  ["as installed", {}, "symlink", "symlink"],
  ["links where they can be", {}, null, "symlink"],
  ["file by file where there is no home", { home: undefined }, null, "copy"],
])("the layout is %s (%j, installed: %s)", async (_why, more, inPlace, layout) => {
  expect(await layoutToInstall(config(more), inPlace, yes)).toBe(layout);
});

test.each<[string, object, "symlink" | "copy", RegExp]>([
  ["copy under links", { layout: "copy" }, "symlink", /installed with layout: symlink.*says layout: copy now/],
  ["links under copy", { layout: "symlink" }, "copy", /Write layout: copy again/],
  ["no home under links", { home: undefined }, "symlink", /install\.bundle\.home/],
])("%s is refused with what to do", async (_what, more, inPlace, message) => {
  await expect(layoutToInstall(config(more), inPlace, yes)).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringMatching(message),
  });
});

test("§4 layout: a file system without links, of the home or of a mapped path, makes it file by file", async () => {
  await mkdir(dir.join("www"));
  const asked: string[] = [];
  const canLink = async (folder: string) => {
    asked.push(folder);
    return folder !== dir.join("www");
  };
  expect(await layoutToInstall(config(), null, canLink)).toBe("copy");
  expect(asked).toEqual([dir.path, dir.join("www")]);
});

test("trying leaves nothing behind, and a folder that can't be written to says nothing about links", async () => {
  expect(await holdsLinks(dir.path)).toBe(true);
  expect(await readdir(dir.path)).toEqual([]);
  expect(await holdsLinks(dir.join("missing"))).toBe(true);
});

test.skipIf(process.getuid?.() !== 0)(
  "a mapped path that is a mount point makes it file by file (needs root)",
  async () => {
    const at = dir.join("www/a folder");
    await mkdir(at, { recursive: true });
    await exec("mount", ["-t", "tmpfs", "none", at]);
    try {
      expect(await layoutToInstall(config({ map: { "web/": at } }), null, yes)).toBe("copy");
    } finally {
      await exec("umount", [at]);
    }
  },
);

test("what is installed is known by the record, or by the link of an older one", async () => {
  const installed = new InstalledStore(dir.join("installed.json"));
  const inPlace = () => layoutInPlace(config(), installed);
  expect(await inPlace()).toBeNull();
  await writeFile(dir.join("installed.json"), JSON.stringify({ version: "1.0.0", layout: "copy", tree: "1.0.0" }));
  expect(await inPlace()).toBe("copy");
  await writeFile(dir.join("installed.json"), JSON.stringify({ version: "1.0.0" }));
  expect(await inPlace()).toBe("symlink");
  await writeFile(dir.join("installed.json"), "{");
  expect(await inPlace()).toBeNull();
  await mkdir(dir.join("home"));
  await symlink("releases/1.0.0", dir.join("home/current"));
  expect(await inPlace()).toBe("symlink");
});

test("§4 layout: an installed app is read by its record whatever pawl.yaml says by now, and not installed over", async () => {
  await using bench = await CopyBench.create();
  const reader = bench.newInstaller({ layout: undefined, home: bench.dir.join("home") });
  expect(await reader.current()).toBeNull();
  await bench.install("1.0.0");
  expect(await reader.current()).toMatchObject({ version: "1.0.0" });
  const changed = bench.newInstaller({ layout: "symlink", home: bench.dir.join("home") });
  expect(await changed.current()).toMatchObject({ version: "1.0.0" });
  const staging = { update: bench.newUpdate("install", "2.0.0"), ...(await bench.publish("2.0.0")) };
  await expect(changed.stage(staging, bench.report, new AbortController().signal)).rejects.toMatchObject({
    code: "config_invalid",
  });
  expect(await readFile(bench.www("version.txt"), "utf8")).toBe("1.0.0");
});
