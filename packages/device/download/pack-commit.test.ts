import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { TempDir, TestClock } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import { unpackBundle } from "../installers/bundle/unpack.ts";
import { DownloadsFolder } from "./index.ts";

const exec = promisify(execFile);
const signal = new AbortController().signal;
const COMMIT = "c".repeat(40);
const about = { version: "1.0.6.dev3", commit: COMMIT, published_at: "2026-03-01T12:00:00Z" };

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

function downloads(name = "downloads") {
  return new DownloadsFolder({ dir: dir.join(name), keys: [], headers: async () => ({}), clock: new TestClock() });
}

async function project(into: string): Promise<void> {
  await writeFile(join(into, "pyproject.toml"), '[project]\nname = "kettle"\n');
  await writeFile(join(into, "run.sh"), "#!/bin/sh\n");
  await chmod(join(into, "run.sh"), 0o755);
  await symlink("run.sh", join(into, "start"));
}

test("a commit becomes a bundle whose manifest names it, and unpacks to the same files", async () => {
  const folder = downloads();
  await folder.packCommit(about, project, signal);
  const { manifest, manifestSha256, size } = await folder.packed(about);
  expect(manifest).toMatchObject({ version: "1.0.6.dev3", commit: COMMIT, published_at: about.published_at });
  expect(manifest.files.map(({ path }) => path)).toEqual(["pyproject.toml", "run.sh", "start"]);
  expect(size).toBe(manifest.bundle?.size);
  const bundle = `${manifest.bundle?.sha256}.bundle`;
  expect((await readdir(dir.join("downloads"))).sort()).toEqual([bundle, "manifest.json"].sort());
  const manifestBytes = await readFile(dir.join("downloads/manifest.json"));
  const into = dir.join("unpacked");
  const bundlePath = dir.join("downloads", bundle);
  await unpackBundle({ bundlePath, manifest, manifestBytes, into, signal, onProgress: () => undefined });
  expect(await readFile(join(into, "start"), "utf8")).toBe("#!/bin/sh\n");
  expect(manifestSha256).toMatch(/^[0-9a-f]{64}$/);
});

test("the same commit gives the same bytes", async () => {
  await downloads("one").packCommit(about, project, signal);
  await downloads("other").packCommit(about, project, signal);
  expect((await downloads("one").packed(about)).manifestSha256).toBe(
    (await downloads("other").packed(about)).manifestSha256,
  );
});

test("a commit that says it was made before 1970 is packed, too", async () => {
  const old = { ...about, published_at: "0001-01-01T00:00:00.000Z" };
  await downloads().packCommit(old, project, signal);
  const { manifest } = await downloads().packed(old);
  const [bundlePath, manifestBytes] = [
    dir.join("downloads", `${manifest.bundle?.sha256}.bundle`),
    await readFile(dir.join("downloads/manifest.json")),
  ];
  const unpacking = { bundlePath, manifest, manifestBytes, into: dir.join("unpacked"), signal };
  await unpackBundle({ ...unpacking, onProgress: () => undefined });
});

test("it is known whether a commit is here, whole", async () => {
  const folder = downloads();
  expect(await folder.hasCommit(COMMIT, "1.0.6.dev3")).toBe(false);
  await folder.packCommit(about, project, signal);
  expect(await folder.hasCommit(COMMIT, "1.0.6.dev3")).toBe(true);
  expect(await folder.hasCommit("d".repeat(40), "1.0.6.dev3")).toBe(false);
});

test("one that couldn't be laid out leaves nothing that counts, and the next try begins anew", async () => {
  const folder = downloads();
  const half = async (into: string) => {
    await writeFile(join(into, "half"), "");
    throw new UpdateError("offline", "The host went away.");
  };
  await expect(folder.packCommit(about, half, signal)).rejects.toMatchObject({ code: "offline" });
  expect(await folder.hasCommit(COMMIT, "1.0.6.dev3")).toBe(false);
  await folder.packCommit(about, project, signal);
  expect((await folder.packed(about)).manifest.files.map(({ path }) => path)).not.toContain("half");
});

test("a project with a file where the manifest of a release goes is refused, and says why", async () => {
  const hasOwn = async (into: string) => writeFile(join(into, "manifest.json"), "{}");
  await expect(downloads().packCommit(about, hasOwn, signal)).rejects.toThrow(/manifest\.json/);
});

test("of a commit that no release can be made of nothing stays", async () => {
  const leadingOut = async (into: string) => {
    await project(into);
    await symlink("../../elsewhere", join(into, "out"));
  };
  await expect(downloads().packCommit(about, leadingOut, signal)).rejects.toMatchObject({ code: "archive_refused" });
  expect(await readdir(dir.join("downloads"))).toEqual([]);
});

test.skipIf(process.geteuid?.() !== 0)(
  "a commit larger than it looked is given up while there is still some room, and nothing of it stays",
  async () => {
    await mkdir(dir.join("downloads"));
    await exec("mount", ["-t", "tmpfs", "-o", "size=8m", "none", dir.join("downloads")]);
    try {
      const large = async (into: string, until: AbortSignal) => {
        await writeFile(join(into, "large"), Buffer.alloc(8 * 1024 ** 2 - 60_000));
        if (!until.aborted) await once(until, "abort");
        throw until.reason;
      };
      await expect(downloads().packCommit(about, large, signal)).rejects.toMatchObject({ code: "disk_full" });
      expect(await readdir(dir.join("downloads"))).toEqual([]);
    } finally {
      await exec("umount", [dir.join("downloads")]);
    }
  },
);
