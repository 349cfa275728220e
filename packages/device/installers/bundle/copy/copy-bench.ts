import { lstat, mkdir, readdir, readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { BundleInstall, type Move, type Update, type UpdateKind } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { packRelease } from "../../../publish/index.ts";
import { InstalledStore } from "../../../store/installed.ts";
import { run } from "../../../system/run.ts";
import { anUpdate } from "../../../update/update-fixture.ts";
import type { Installer, Staging } from "../../types.ts";
import { bundleInstaller } from "../index.ts";
import { type Contents, writeContents } from "../tree-fixture.ts";
import { benchConfig } from "./copy-process.ts";

const NOW = new Date("2025-05-01T12:00:00Z");
const signal = new AbortController().signal;

/** An app in the copy layout: a web folder and a program beside it, on a device that is a folder. */
export class CopyBench implements AsyncDisposable {
  readonly dir: TempDir;
  readonly lines: string[] = [];
  readonly report = { line: (text: string) => void this.lines.push(text), advance: () => undefined };
  versionBefore: string | null = null;
  installer: Installer;
  #updates = 0;

  private constructor(dir: TempDir) {
    this.dir = dir;
    this.installer = this.newInstaller();
  }

  static async create(): Promise<CopyBench> {
    const dir = await TempDir.create();
    for (const name of ["state", "www", "bin"]) await mkdir(dir.join(name));
    return new CopyBench(dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dir[Symbol.asyncDispose]();
  }

  newInstaller(more: Partial<BundleInstall> = {}): Installer {
    return bundleInstaller({
      config: BundleInstall.parse({ ...benchConfig(this.dir.path), ...more }),
      installed: new InstalledStore(this.dir.join("state/installed.json")),
      backupDir: this.backups(),
      versionBefore: async () => this.versionBefore,
      run,
      source: "https://example.org/index.json",
      now: () => NOW,
    });
  }

  www(...path: string[]): string {
    return this.dir.join("www/app", ...path);
  }

  backups(...path: string[]): string {
    return this.dir.join("state/backups", ...path);
  }

  async publish(version: string, more: Contents = {}): Promise<Omit<Staging, "update">> {
    const files = {
      "web/version.txt": version,
      "web/config.json": `c ${version}`,
      "web/data/seed": `seed ${version}`,
      "tool.py": `tool ${version}`,
    };
    const source = this.dir.join(`source-${version}`);
    for (const old of [source, this.dir.join("published", version)]) await rm(old, { recursive: true, force: true });
    await writeContents(source, { ...files, ...more });
    const config = ["web/config.json"];
    const packed = await packRelease({ dir: source, outDir: this.dir.join("published"), name: "app", version, config });
    const manifestBytes = await readFile(join(packed.folder, "manifest.json"));
    const bundlePath = join(packed.folder, packed.manifest.bundle?.name ?? "");
    return { manifest: packed.manifest, manifestBytes, bundlePath };
  }

  newUpdate(kind: UpdateKind, to: string): Update {
    return anUpdate({ id: `mabcdefg-${String(++this.#updates).padStart(6, "0")}`, kind, from: null, to });
  }

  /** Every step twice, as after a power cut. */
  async staged(version: string, more: Contents = {}): Promise<{ move: Move; update: Update }> {
    const update = this.newUpdate("install", version);
    const staging = { update, ...(await this.publish(version, more)) };
    const first = await this.installer.stage(staging, this.report, signal);
    const move = await this.installer.stage(staging, this.report, signal);
    if (JSON.stringify(first) !== JSON.stringify(move)) throw new Error("Staging again ended otherwise.");
    return { move, update };
  }

  /** All but the end of an install: the release is in place and is to prove itself. */
  async switchedTo(version: string, more: Contents = {}): Promise<{ move: Move; update: Update }> {
    const { move, update } = await this.staged(version, more);
    if (move.adopts) await twice(() => this.installer.adopt(move, this.report, (work) => work()));
    await this.goTo(move);
    return { move, update };
  }

  async install(version: string, more: Contents = {}): Promise<void> {
    const { move, update } = await this.switchedTo(version, more);
    await twice(() => this.installer.commit(move, update));
  }

  async rollBack(): Promise<void> {
    const [to] = await this.installer.backups();
    if (!to) throw new Error("There is nothing to go back to.");
    const previous = (await this.installer.current())?.tree ?? null;
    const move = { previous, next: to.tree, manifest_sha256: to.manifest_sha256, kept: true };
    await this.goTo(move);
    await twice(() => this.installer.commit(move, this.newUpdate("rollback", to.version)));
  }

  async goTo(move: Move): Promise<void> {
    await twice(() => this.installer.backUp(move, this.report));
    await twice(() => this.installer.switchTo(move, this.report));
    await twice(() => this.installer.settle(move, this.report));
  }

  async trees(): Promise<string[]> {
    return (await this.installer.backups()).map(({ tree }) => tree);
  }

  /** Everything in place. */
  async device(): Promise<Record<string, string>> {
    return { ...(await inPlace(this.dir.join("www"))), ...(await inPlace(this.dir.join("bin"))) };
  }
}

export async function twice(step: () => Promise<unknown>): Promise<void> {
  await step();
  await step();
}

/** Kind, permissions and text of everything below a folder; names are relative to the folder above it. */
export async function inPlace(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of (await readdir(root, { recursive: true })).sort()) {
    const at = join(root, path);
    const stats = await lstat(at);
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isSymbolicLink()) found[path] = `-> ${await readlink(at)}`;
    else if (stats.isDirectory()) found[path] = `${mode} folder`;
    else found[path] = stats.isFile() ? `${mode} ${await readFile(at, "utf8")}` : `${mode} special`;
  }
  return found;
}
