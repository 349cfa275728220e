import { spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Manifest, PipInstall, type Update, type UpdateKind } from "@pawl/protocol";
import { type TempDir, TestClock } from "@pawl/testkit";
import { packRelease } from "../../publish/index.ts";
import { InstalledStore } from "../../store/installed.ts";
import { run } from "../../system/run.ts";
import { writeContents } from "../bundle/tree-fixture.ts";
import { createInstaller } from "../index.ts";
import type { Installer, Report, Staging } from "../types.ts";

export const PYTHON = "/usr/bin/python3";

/** Real pip, real setuptools, without an index: what Debian has in python3-pip, python3-venv and python3-setuptools-scm. */
export const noPip: boolean =
  spawnSync(PYTHON, ["-I", "-c", "import setuptools, setuptools_scm, wheel, pip, venv"]).status !== 0 &&
  process.env.CI !== "true";

export const signal: AbortSignal = new AbortController().signal;

/** One app on one device, with everything below a temporary folder. */
export class PipDevice {
  readonly dir: TempDir;
  readonly installed: InstalledStore;
  readonly lines: string[] = [];
  readonly report: Report = { line: (text) => this.lines.push(text), advance: () => undefined };
  #updates = 0;

  private constructor(dir: TempDir) {
    this.dir = dir;
    this.installed = new InstalledStore(dir.join("state/installed.json"));
  }

  static async create(dir: TempDir): Promise<PipDevice> {
    // Whoever builds is somebody else, when the tests run as root.
    await chmod(dir.path, 0o755);
    await mkdir(dir.join("state"));
    await mkdir(dir.join("links"));
    return new PipDevice(dir);
  }

  home(...path: string[]): string {
    return this.dir.join("home", ...path);
  }

  config(more: Partial<PipInstall> = {}): PipInstall {
    const offline = { no_index: true, build_isolation: false, find_links: [this.dir.join("links")] };
    return PipInstall.parse({ distribution: "kettle", home: this.home(), python: PYTHON, ...offline, ...more });
  }

  installer(more: Partial<PipInstall> = {}): Installer {
    return createInstaller({ pip: this.config(more) }, this.parts());
  }

  parts() {
    return {
      installed: this.installed,
      run,
      source: "https://example.org/kettle.git",
      now: () => new Date("2026-05-01T12:00:00Z"),
      backupDir: this.dir.join("state/backups"),
      versionBefore: async () => null,
      clock: new TestClock(),
      pythonCache: this.dir.join("state/python.json"),
      repository: { url: "https://example.org/kettle.git" },
    };
  }

  /** A commit as the fetch side hands it over: a bundle of its files. */
  async publish(
    version: string,
    files: Record<string, string>,
    commit: string | null = null,
  ): Promise<Omit<Staging, "update">> {
    const source = this.dir.join(`source-${version}`);
    await rm(source, { recursive: true, force: true });
    await writeContents(source, files);
    const outDir = this.dir.join("published");
    const packed = await packRelease({
      dir: source,
      outDir,
      name: "kettle",
      version,
      config: [],
      replace: true,
      anyVersion: true,
    });
    const said = JSON.parse(await readFile(join(packed.folder, "manifest.json"), "utf8"));
    const manifestBytes = Buffer.from(JSON.stringify({ ...said, ...(commit !== null && { commit }) }));
    const manifest = Manifest.parse(JSON.parse(manifestBytes.toString()));
    return { manifest, manifestBytes, bundlePath: join(packed.folder, packed.manifest.bundle?.name ?? "") };
  }

  update(to: string, kind: UpdateKind = "install"): Update {
    return {
      id: `mabcdefg-${String(++this.#updates).padStart(6, "0")}`,
      kind,
      from: null,
      to,
      channel: "dev",
      by_name: false,
      force: false,
      unattended: false,
      started_at: "2026-05-01T12:00:00.000Z",
      resumed: false,
      bytes_downloaded: 0,
    };
  }

  /** As the engine does it, without the services. */
  async install(installer: Installer, published: Omit<Staging, "update">): Promise<void> {
    const update = this.update(published.manifest.version);
    const move = await installer.stage({ ...published, update }, this.report, signal);
    await installer.backUp(move, this.report);
    await installer.switchTo(move, this.report);
    await installer.settle(move, this.report);
    await installer.commit(move, update);
  }
}
