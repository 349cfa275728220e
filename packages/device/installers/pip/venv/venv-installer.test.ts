import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { pythonProject, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeContents } from "../../bundle/tree-fixture.ts";
import type { Installer } from "../../types.ts";
import { noPip, PipDevice, signal } from "../pip-fixture.ts";
import { quickProject } from "../quick-project.ts";

const COMMIT = "4".repeat(40);
const OTHER = "5".repeat(40);

let dir: TempDir;
let device: PipDevice;
let installer: Installer;
/** Of the source distribution of `stove`, which setuptools_scm builds. */
let stove: string;
beforeAll(async () => {
  dir = await TempDir.create();
  device = await PipDevice.create(dir);
  installer = device.installer({ extras: ["heat"] });
  stove = await publishStove();
});
afterAll(() => dir[Symbol.asyncDispose]());

const releases = () => readdir(device.home("releases"));
const project = (more: Parameters<typeof pythonProject>[0] = {}) =>
  pythonProject({ extras: { heat: ["stove>=3"] }, ...more });

/** What `pip download` gives for a dependency nobody has built: its version stands in PKG-INFO, as `sdist` writes it. */
async function publishStove(): Promise<string> {
  const files = pythonProject({ name: "stove" });
  const info = "Metadata-Version: 2.1\nName: stove\nVersion: 3.2.1\n";
  await writeContents(dir.join("stove-3.2.1"), { ...files, "PKG-INFO": info });
  const path = dir.join("links/stove-3.2.1.tar.gz");
  spawnSync("tar", ["-C", dir.path, "-czf", path, "stove-3.2.1"]);
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

describe.skipIf(noPip)("a virtual environment for each release", () => {
  test("B8 a release is installed with what it needs: each has its own version, though setuptools_scm builds both", async () => {
    const lock = `stove==3.2.1 \\\n    --hash=sha256:${stove}\n`;
    const published = await device.publish("1.2.0.dev3", project({ files: { "requirements.lock": lock } }), COMMIT);
    await device.install(installer, published);

    const packages = await readdir(device.home("current/lib/python3.11/site-packages"));
    expect(packages).toEqual(expect.arrayContaining(["kettle-1.2.0.dev3.dist-info", "stove-3.2.1.dist-info"]));
    expect(await readlink(device.home("current"))).toBe("releases/1.2.0.dev3");
    expect(await releases()).toEqual(["1.2.0.dev3"]);
    expect(await installer.current()).toMatchObject({ version: "1.2.0.dev3", commit: COMMIT, tree: "1.2.0.dev3" });
    expect(await readFile(device.home("current/manifest.json"))).toEqual(published.manifestBytes);
    expect(await device.installed.load()).toMatchObject({
      version: "1.2.0.dev3",
      commit: COMMIT,
      channel: "dev",
      earlier: [],
    });
    // The project's own script starts the release's own Python.
    const script = await readFile(device.home("current/bin/kettle"), "utf8");
    expect(script.split("\n")[0]).toBe(`#!${device.home("releases/1.2.0.dev3/bin/python")}`);
    expect((await readdir(device.home("current/wheels"))).length).toBe(2);
    expect((await stat(device.home("current/lib/python3.11/site-packages/kettle/__init__.py"))).mode & 0o777).toBe(
      0o644,
    );
    expect((await lstat(device.home("current/lib/python3.11/site-packages/kettle/__pycache__"))).isDirectory()).toBe(
      true,
    );
  });

  test("a wheel that says it grows to more than any release is refused before root unpacks it", async () => {
    // A bomb of zeros says the same of itself, and takes minutes to make.
    const alsoInWheel = [
      "wheel.writestr('kettle/bomb', bytes(1_000_000), zipfile.ZIP_DEFLATED)",
      "wheel.getinfo('kettle/bomb').file_size = 10 << 30",
    ];
    const published = await device.publish("6.6.6", quickProject({ version: "6.6.6", alsoInWheel }));
    const update = device.update("6.6.6");
    await expect(installer.stage({ ...published, update }, device.report, signal)).rejects.toMatchObject({
      code: "archive_refused",
      message: expect.stringMatching(
        /^What was built of 6\.6\.6 would unpack to 10\.8 GB.*kettle-6\.6\.6-py3-none-any\.whl/,
      ),
      fields: { version: "6.6.6" },
    });
    await installer.discard(update, null);
    expect(await releases()).toEqual(["1.2.0.dev3"]);
  });

  test("what a project's build leaves running ends with it", async () => {
    await writeFile(dir.join("left"), "");
    await chmod(dir.join("left"), 0o666);
    const leave = `import subprocess
left = subprocess.Popen(["sleep", "60"], start_new_session=True, stdin=-3, stdout=-3, stderr=-3)
open(${JSON.stringify(dir.join("left"))}, "w").write(str(left.pid))
`;
    const { "backend.py": backend = "", ...files } = quickProject({ version: "7.0.0" });
    const published = await device.publish("7.0.0", { ...files, "backend.py": `${leave}${backend}` });
    const update = device.update("7.0.0");
    const move = await installer.stage({ ...published, update }, device.report, signal);
    const pid = (await readFile(dir.join("left"), "utf8")).trim();
    expect(pid).toMatch(/^\d+$/);
    expect(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).toBe("");
    await installer.discard(update, move);
    expect(await releases()).toEqual(["1.2.0.dev3"]);
  });

  test("what somebody has installed there by hand is another version, and of no commit that is known", async () => {
    const info = device.home("current/lib/python3.11/site-packages/kettle-1.9.0.dist-info");
    await mkdir(info);
    await writeFile(join(info, "METADATA"), "Name: kettle\nVersion: 1.9.0\n");
    expect(await installer.current()).toMatchObject({ version: "1.9.0", commit: null, manifest_sha256: null });
    await rm(info, { recursive: true });
  });

  test("what pip says is told as it comes, between the lines earlier dashboards look for", () => {
    expect(device.lines.slice(0, 2)).toEqual([
      "Installing from channel 'dev'…",
      "Target: kettle[heat] 1.2.0.dev3 (4444444)",
    ]);
    expect(device.lines).toContain("Successfully built kettle");
    expect(device.lines.some((line) => line.startsWith("Successfully installed kettle-1.2.0.dev3 stove-3.2.1"))).toBe(
      true,
    );
    expect(device.lines).toContain("1.2.0.dev3 can be imported (kettle)");
  });

  test("what runs is left alone by a release that can't be imported, and nothing of that one stays", async () => {
    const published = await device.publish(
      "1.3.0",
      quickProject({ version: "1.3.0", text: "import a_module_that_nobody_has\n" }),
    );
    const update = device.update("1.3.0");
    const staged = installer.stage({ ...published, update }, device.report, signal);
    await expect(staged).rejects.toMatchObject({
      code: "import_failed",
      message:
        "The new release can't be started: import kettle: ModuleNotFoundError: No module named 'a_module_that_nobody_has'",
    });
    expect(await installer.kept()).toEqual([]);
    await installer.discard(update, null);
    expect(await releases()).toEqual(["1.2.0.dev3"]);
  });

  test("another commit of the same version is another release, and one can go back and forward without a network", async () => {
    const published = await device.publish("1.2.0.dev3", quickProject({ version: "1.2.0.dev3" }), OTHER);
    await device.install(installer, published);
    expect(await installer.current()).toMatchObject({ version: "1.2.0.dev3", commit: OTHER, tree: "1.2.0.dev3~2" });
    expect(await installer.backups()).toMatchObject([
      { commit: COMMIT, tree: "1.2.0.dev3", path: device.home("releases/1.2.0.dev3") },
    ]);

    await rm(dir.join("links"), { recursive: true });
    const [backup] = await installer.backups();
    const back = {
      previous: "1.2.0.dev3~2",
      next: backup?.tree ?? "",
      manifest_sha256: backup?.manifest_sha256 ?? null,
      kept: true,
    };
    await installer.verifyKept(back, signal);
    await installer.switchTo(back, device.report);
    await installer.commit(back, device.update("1.2.0.dev3", "rollback"));
    expect(await installer.current()).toMatchObject({ commit: COMMIT });
    expect(await installer.kept()).toMatchObject([{ commit: OTHER, tree: "1.2.0.dev3~2" }]);
    expect(await installer.backups()).toEqual([]);
    // A switch that failed is undone as often as one likes.
    expect(await installer.switchBack({ ...back, previous: "1.2.0.dev3~2", next: "1.2.0.dev3" }, device.report)).toBe(
      true,
    );
    expect(await installer.switchBack({ ...back, previous: "1.2.0.dev3~2", next: "1.2.0.dev3" }, device.report)).toBe(
      false,
    );
    expect(await installer.current()).toMatchObject({ commit: OTHER });
  });

  test("a kept release that isn't what it was is made anew from its wheels, without a network", async () => {
    const move = { previous: null, next: "1.2.0.dev3", manifest_sha256: null, kept: true };
    const tree = device.home("releases/1.2.0.dev3");
    const path = join(tree, "lib/python3.11/site-packages/stove/__init__.py");
    const was = await readFile(path);
    await writeFile(path, "changed");
    if (process.getuid?.() === 0) {
      // Root makes nothing where others could change it.
      await chown(device.home(), 65534, 65534);
      await expect(installer.verifyKept(move, signal)).rejects.toMatchObject({ code: "requires_unmet" });
      await chown(device.home(), 0, 0);
    }
    await installer.verifyKept(move, signal);
    expect(await readFile(path)).toEqual(was);
    expect((await installer.kept()).map((kept) => kept.tree)).toEqual(["1.2.0.dev3"]);
    expect(spawnSync(join(tree, "bin/python"), ["-c", "import kettle, stove"]).status).toBe(0);

    // An upgrade of the system has brought another Python: going back still works.
    const settings = join(tree, "pyvenv.cfg");
    const text = await readFile(settings, "utf8");
    await writeFile(settings, text.replace("version = 3.", "version = 2."));
    await installer.backUp(move, device.report);
    expect(device.lines).toContain("Making the environment of 1.2.0.dev3 anew from its wheels");
    expect(await readFile(settings, "utf8")).toBe(text);
  });

  test("a power cut while one is made anew leaves it as it was", async () => {
    const before = await installer.kept();
    const tree = device.home("releases/1.2.0.dev3");
    const old = device.home("releases/.staging-mend-1.2.0.dev3/old");
    await mkdir(device.home("releases/.staging-mend-1.2.0.dev3"));
    await rename(tree, old);
    await mkdir(tree);
    await rename(join(old, "wheels"), join(tree, "wheels"));
    await installer.settleDisk();
    expect(await installer.kept()).toEqual(before);
    expect((await releases()).sort()).toEqual(["1.2.0.dev3", "1.2.0.dev3~2"]);
    await installer.verifyKept({ previous: null, next: "1.2.0.dev3", manifest_sha256: null, kept: true }, signal);
  });

  test("a kept release whose wheels aren't what they were is refused, and stays as it is", async () => {
    const move = { previous: null, next: "1.2.0.dev3", manifest_sha256: null, kept: true };
    const wheels = device.home("releases/1.2.0.dev3/wheels");
    const [wheel = ""] = await readdir(wheels);
    await writeFile(join(wheels, wheel), "changed");
    await expect(installer.verifyKept(move, signal)).rejects.toMatchObject({
      code: "hash_mismatch",
      message: expect.stringContaining('Install 1.2.0.dev3 with {"force": true} to build it again'),
    });
    expect((await installer.kept()).map((kept) => kept.tree)).toEqual(["1.2.0.dev3"]);
    await expect(installer.verifyKept({ ...move, next: "nothing" }, signal)).rejects.toThrow();
  });

  test("without a first release there is nothing in place, and a failed first switch leaves nothing", async () => {
    const empty = device.installer({ home: dir.join("empty") });
    expect(await empty.current()).toBeNull();
    expect(await empty.backups()).toEqual([]);
    expect(await empty.kept()).toEqual([]);
    await mkdir(dir.join("empty/releases/1.0.0"), { recursive: true });
    await symlink("releases/1.0.0", dir.join("empty/current"));
    const move = { previous: null, next: "1.0.0", manifest_sha256: null, kept: false };
    expect(await empty.switchBack(move, device.report)).toBe(true);
    await expect(lstat(dir.join("empty/current"))).rejects.toThrow();
  });

  test("a next release is told to take about what this one takes", async () => {
    const { manifest } = await device.publish("9.0.0", quickProject({ version: "9.0.0" }));
    const [need] = await installer.needs(manifest);
    expect(need).toMatchObject({ path: device.home(), writable: true });
    expect(need?.bytes).toBeGreaterThan(10_000);
    expect(need?.bytes).toBeLessThan(3_000_000);
    const [first] = await device.installer({ home: dir.join("none") }).needs(manifest);
    expect(first?.bytes).toBeGreaterThan(50_000_000);
  });
});
