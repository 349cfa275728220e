import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../../system/run.ts";
import type { Run } from "../../../system/types.ts";
import { bundled } from "../../../testing/bundled.ts";
import { createInstaller } from "../../index.ts";
import type { Installer } from "../../types.ts";
import { noPip, type PipDevice, signal } from "../pip-fixture.ts";
import { quickProject } from "../quick-project.ts";
import { Environment } from "./environment.ts";
import { deviceWithEnvironment, inPlace, makeWheels, packagesOf, pipByHand, python } from "./environment-fixture.ts";

const COMMIT = "1".repeat(40);
const OTHER = "2".repeat(40);
const PRINT = "import kettle; print(kettle.VERSION)";

describe.skipIf(noPip)("pip, in place", () => {
  let dir: TempDir;
  let device: PipDevice;
  let installer: Installer;
  /** Of every program that was started. */
  const started: string[] = [];
  let packages: string;

  beforeAll(async () => {
    dir = await TempDir.create();
    device = await deviceWithEnvironment(dir);
    const noting: Run = (argv, options) => {
      started.push(argv.join(" "));
      return run(argv, options);
    };
    installer = createInstaller({ pip: device.config(inPlace(dir.path)) }, { ...device.parts(), run: noting });
    await makeWheels(
      dir.path,
      { name: "kettle", version: "0.9", requires: ["spout"] },
      { name: "spout", version: "1.0" },
      { name: "mug", version: "1.0" },
    );
    await pipByHand(dir.path, "kettle==0.9", "mug");
    packages = await packagesOf(dir.path);
  });
  afterAll(() => dir?.[Symbol.asyncDispose]());

  async function goBack(): Promise<void> {
    const [to] = await installer.backups();
    const previous = (await installer.current())?.tree ?? null;
    const move = { previous, next: to?.tree ?? "", manifest_sha256: to?.manifest_sha256 ?? null, kept: true };
    await installer.backUp(move, device.report);
    await installer.switchTo(move, device.report);
    await installer.commit(move, device.update(to?.version ?? "", "rollback"));
  }

  test("B16 a release takes the place of what was there by hand, of which everything it changes is kept, and nothing else", async () => {
    await writeFile(join(packages, "kettle/__init__.py"), 'VERSION = "0.9, edited"\n');
    await mkdir(join(packages, "~ettle"));
    await mkdir(join(packages, "kettle-0.8.dist-info"));
    await writeFile(join(packages, "kettle-0.8.dist-info/METADATA"), "Name: kettle\nVersion: 0.8\n");
    const untouched = async () => (await stat(join(packages, "spout/__init__.py"))).mtimeMs;
    const spout = await untouched();
    expect(await installer.current()).toMatchObject({ version: "0.9", commit: null });

    const project = quickProject({ version: "1.0.0", metadata: ["Requires-Dist: spout"] });
    await device.install(installer, await device.publish("1.0.0", project, COMMIT));
    expect(device.lines).toEqual(
      expect.arrayContaining([
        process.getuid?.() === 0
          ? "Running as root – direct pip install"
          : expect.stringMatching(/^Using the environment's/),
        "Installing from channel 'dev'…",
        "Target: kettle 1.0.0 (1111111)",
        "Installs kettle 1.0.0",
        "Backed up kettle 0.9",
        expect.stringMatching(/kettle\/__init__\.py was edited/),
        expect.stringMatching(/^Successfully installed kettle-1\.0\.0/),
      ]),
    );
    // Marked as the system's own or not (PEP 668), with the flags of the earlier updater, and without a network.
    const flags = "--break-system-packages --no-cache-dir --force-reinstall --no-index --no-deps";
    expect(started.filter((argv) => argv.includes(`-m pip install ${flags}`))).toHaveLength(1);
    expect(await python(dir.path, "-c", PRINT)).toBe("1.0.0");
    expect(await installer.current()).toMatchObject({ version: "1.0.0", commit: COMMIT, tree: "1.0.0" });
    expect(await device.installed.load()).toMatchObject({ version: "1.0.0", commit: COMMIT, channel: "dev" });
    const own = (await readdir(packages)).filter((name) => /ettle/.test(name));
    expect(own.sort()).toEqual(["kettle", "kettle-1.0.0.dist-info"]);
    const info = join(packages, "kettle-1.0.0.dist-info");
    expect(JSON.parse(await readFile(join(info, "direct_url.json"), "utf8"))).toEqual({
      url: "https://example.org/kettle.git",
      vcs_info: { vcs: "git", commit_id: COMMIT, requested_revision: "dev" },
    });
    expect(await readFile(join(info, "RECORD"), "utf8")).toMatch(
      /^kettle-1\.0\.0\.dist-info\/direct_url\.json,sha256=/m,
    );

    expect(await untouched()).toBe(spout);
    const [backup] = await installer.backups();
    expect(backup).toMatchObject({ version: "0.9", tree: "0.9~found" });
    const kept = await readdir(join(backup?.path ?? "", "left"));
    expect(kept.sort()).toEqual(["freeze.txt", "kettle-0.9-py3-none-any.whl", "left.json"]);
    expect(await readFile(join(backup?.path ?? "", "left/freeze.txt"), "utf8")).toBe(
      "kettle==0.8\nkettle==0.9\nmug==1.0\nspout==1.0\n",
    );
  });

  test("a wheel that says it grows to more than any release is refused before the environment is touched", async () => {
    const alsoInWheel = ["wheel.writestr('kettle/bomb', '')", "wheel.getinfo('kettle/bomb').file_size = 10 << 30"];
    const published = await device.publish("6.6.6", quickProject({ version: "6.6.6", alsoInWheel }));
    const update = device.update("6.6.6");
    await expect(installer.stage({ ...published, update }, device.report, signal)).rejects.toMatchObject({
      code: "archive_refused",
    });
    await installer.discard(update, null);
    expect(await installer.current()).toMatchObject({ version: "1.0.0", commit: COMMIT });
  });

  test("one goes back to what was there, with what its owner had edited, and forward again without building anything", async () => {
    await goBack();
    expect(await python(dir.path, "-c", PRINT)).toBe("0.9, edited");
    expect(await installer.current()).toMatchObject({ version: "0.9", commit: null, tree: "0.9~found" });
    expect(await readdir(join(packages, "kettle-0.9.dist-info"))).not.toContain("direct_url.json");
    expect(await installer.backups()).toEqual([]);

    const [kept] = await installer.kept();
    expect(kept).toMatchObject({ version: "1.0.0", commit: COMMIT });
    const move = { previous: "0.9~found", next: "1.0.0", manifest_sha256: kept?.manifest_sha256 ?? null, kept: true };
    await installer.verifyKept(move, signal);
    await installer.backUp(move, device.report);
    await installer.switchTo(move, device.report);
    await installer.commit(move, device.update("1.0.0"));
    expect(await installer.current()).toMatchObject({ version: "1.0.0", commit: COMMIT, tree: "1.0.0" });
    expect((await installer.backups()).map(({ version }) => version)).toEqual(["0.9"]);
  });

  test("a release that can't be imported isn't left in place, and a kept one that was changed is not put there", async () => {
    const text = "import a_module_that_nobody_has\n";
    const published = await device.publish("1.1.0", quickProject({ version: "1.1.0", text }), OTHER);
    const update = device.update("1.1.0");
    const move = await installer.stage({ ...published, update }, device.report, signal);
    expect(move).toMatchObject({ previous: "1.0.0", next: "1.1.0", kept: false });
    await installer.backUp(move, device.report);
    await expect(installer.switchTo(move, device.report)).rejects.toMatchObject({
      code: "import_failed",
      message: expect.stringContaining("a_module_that_nobody_has"),
    });
    const undone = device.installer(inPlace(dir.path));
    expect(await undone.unrecorded()).toMatchObject({ previous: "1.0.0", next: "1.1.0" });
    expect(await undone.switchBack(move, device.report)).toBe(true);
    expect(await undone.switchBack(move, device.report)).toBe(false);
    expect(await undone.unrecorded()).toBeNull();
    expect(await installer.current()).toMatchObject({ version: "1.0.0", commit: COMMIT });
    expect(await python(dir.path, "-c", PRINT)).toBe("1.0.0");

    const wheel = dir.join("state/backups/1.1.0/files/kettle-1.1.0-py3-none-any.whl");
    await writeFile(wheel, "changed");
    await expect(installer.verifyKept({ ...move, kept: true }, signal)).rejects.toMatchObject({
      code: "hash_mismatch",
    });
    await installer.discard(update, move);
    expect((await installer.kept()).map(({ tree }) => tree)).toEqual(["0.9~found"]);
  });

  test.skipIf(process.getuid?.() !== 0)("root goes back with no Python that others may change", async () => {
    const move = { previous: "1.0.0", next: "0.9~found", manifest_sha256: null, kept: true };
    await installer.verifyKept(move, signal);
    await chown(packages, 65534, 65534);
    await expect(installer.verifyKept(move, signal)).rejects.toMatchObject({ code: "requires_unmet" });
    await chown(packages, 0, 0);
  });

  test("what lists no files of its own can't be backed up, and is named", async () => {
    const config = device.config(inPlace(dir.path));
    const environment = new Environment({ run, config, scratch: dir.join("scratch"), lock: dir.join("lock") });
    await mkdir(join(packages, "lamp-1.0.dist-info"));
    await writeFile(join(packages, "lamp-1.0.dist-info/METADATA"), "Name: lamp\nVersion: 1.0\n");
    const packing = environment.pack([join(packages, "lamp-1.0.dist-info")], dir.path, signal);
    await expect(packing).rejects.toMatchObject({
      code: "backup_failed",
      message: expect.stringContaining("lamp-1.0"),
    });
  });

  test("no RECORD makes it remove what lies outside of the environment, or is listed by another distribution too", async () => {
    const config = device.config(inPlace(dir.path));
    const environment = new Environment({ run, config, scratch: dir.join("scratch"), lock: dir.join("lock") });
    await writeFile(dir.join("outside"), "");
    await writeFile(
      join(packages, "lamp-1.0.dist-info/RECORD"),
      `../../../../outside,,\n${dir.join("outside")},,\nmug/__init__.py,,\nlamp-1.0.dist-info/METADATA,,\n`,
    );
    const clearing = { names: ["lamp"], wheels: [], keep: [], remains: false };
    expect(await environment.clear(clearing, signal)).toEqual([join(packages, "lamp-1.0.dist-info")]);
    expect(await readdir(dir.path)).toContain("outside");
    expect(await python(dir.path, "-c", "import mug; print(mug.VERSION)")).toBe("1.0");
  });

  test("a Python that isn't there is asked for by the name of its package", async () => {
    const nowhere = device.installer(inPlace(dir.path, { python: dir.join("none/python3") }));
    const published = await device.publish("1.2.0", quickProject({ version: "1.2.0" }));
    const staging = nowhere.stage({ ...published, update: device.update("1.2.0") }, device.report, signal);
    await expect(staging).rejects.toMatchObject({
      code: "requires_unmet",
      message: expect.stringContaining("none/python3"),
    });
  });

  test.skipIf(process.getuid?.() !== 0)("who may not write there is told how that is arranged", async () => {
    const program = await bundled(new URL("./rights.ts", import.meta.url), dir.path);
    await chmod(program, 0o644);
    // Only root may pass through where its own Node lies, perhaps.
    const asking = `
      process.setgid(65534);
      process.setuid(65534);
      const { checkRights } = await import(${JSON.stringify(program)});
      await checkRights({ libs: [${JSON.stringify(packages)}], scripts: "/" }).catch(({ code, message }) => console.log(code, message));
    `;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", asking], { encoding: "utf8" });
    expect(stdout).toContain(`helper_missing ${packages} isn't`);
    expect(stdout).toContain("sudo pawl setup helper");
  });
});
