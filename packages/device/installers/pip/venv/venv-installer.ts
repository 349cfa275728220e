import { unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Installed, Manifest, Move, PipInstall, Update } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { isMissing, syncFolder, writeFileDurably } from "../../../store/atomic-file.ts";
import { assertRootsPython } from "../../../system/roots-python.ts";
import { isSameRelease } from "../../../update/identity.ts";
import { checkHome, ensureHome } from "../../bundle/home-folder.ts";
import { currentTree, kindAt, type Layout, layoutOf, pointCurrent, treeIdentity } from "../../bundle/layout.ts";
import { pruneTrees, removeTree, stagingNames, stagingPath, treeNames } from "../../bundle/prune.ts";
import { asStepError } from "../../bundle/step-error.ts";
import { MANIFEST_PATH } from "../../bundle/tree.ts";
import { readTreeManifest } from "../../bundle/tree-manifest.ts";
import { wayBackAfter } from "../../bundle/way-back.ts";
import type { Backup, InPlace, Installer, Need, Report, Staging } from "../../types.ts";
import { buildWheelhouse } from "../build.ts";
import type { PipInstallerParts } from "../parts.ts";
import { removeBuild } from "../remove-build.ts";
import { checkInventory } from "./inventory.ts";
import { venvStanding } from "./look.ts";
import { makeVenv } from "./make-venv.ts";
import { mendVenv, settleMending } from "./mend.ts";
import { venvNeeds } from "./needs.ts";
import { checkPython } from "./python-of.ts";

const SILENT: Report = { line: () => undefined, advance: () => undefined };

export interface VenvInstallerParts extends PipInstallerParts {
  config: PipInstall & { home: string };
}

/**
 * Python projects with a virtual environment for each release, side by side, and one link that says which of them counts.
 * One is built where it is to stay, because its scripts name that path; the manifest, written last, makes it a release.
 */
export class VenvInstaller implements Installer {
  readonly #parts: VenvInstallerParts;
  readonly #layout: Layout;
  readonly #standing: Pick<Installer, "current" | "backups">;

  constructor(parts: VenvInstallerParts) {
    this.#parts = parts;
    this.#layout = layoutOf(parts.config.home);
    this.#standing = venvStanding(parts.config, parts.installed);
  }

  /** Between one link and the other there is nothing half done; what a build left is no release, and goes with the next. */
  async settleDisk(): Promise<void> {
    await settleMending(this.#layout);
  }

  /** What is in place is read from the device, which is one release or the other. */
  async unrecorded(): Promise<null> {
    return null;
  }

  current(): Promise<InPlace | null> {
    return this.#standing.current();
  }

  backups(): Promise<Backup[]> {
    return this.#standing.backups();
  }

  async kept(): Promise<InPlace[]> {
    const current = await currentTree(this.#layout);
    const trees = await this.#releases();
    return trees.filter(({ tree }) => tree !== current);
  }

  /** One that isn't what it was is made anew from its wheels, if they are. */
  async verifyKept(move: Move, signal: AbortSignal): Promise<void> {
    const path = join(this.#layout.releases, move.next);
    const { version } = await readTreeManifest(path);
    try {
      await checkInventory(path, version, signal);
      await checkPython(path, version, this.#parts.run, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (move.next === (await currentTree(this.#layout))) throw error;
      await this.#mend(move.next, version, SILENT, signal);
    }
  }

  async #mend(tree: string, version: string, report: Report, signal: AbortSignal): Promise<void> {
    const { config, run } = this.#parts;
    await this.#checkRootsPython(signal);
    await mendVenv({ layout: this.#layout, tree, version, config, run }, report, signal);
  }

  async #checkRootsPython(signal: AbortSignal): Promise<void> {
    const { config, run } = this.#parts;
    await assertRootsPython({ python: config.python, more: [config.home], run }, signal);
  }

  async manifest(tree: string): Promise<Manifest | null> {
    return readTreeManifest(join(this.#layout.releases, tree)).catch(() => null);
  }

  async needs(manifest: Manifest): Promise<Need[]> {
    return venvNeeds(this.#layout, manifest);
  }

  /** An installation of the system's is left as it is, and is nothing one goes back to. */
  async adopt(): Promise<string> {
    throw new UpdateError("internal", "Virtual environments adopt nothing.");
  }

  async stage(staging: Staging, report: Report, signal: AbortSignal): Promise<Move> {
    const { update, manifest, manifestBytes } = staging;
    const { config, run } = this.#parts;
    const layout = this.#layout;
    await this.#checkRootsPython(signal);
    await checkHome(layout);
    const previous = await currentTree(layout);
    await ensureHome(layout);
    await this.#removeUnfinished(previous);
    const folder = stagingPath(layout, update.id);
    // What a release sees of the system's needn't be in it.
    const against = config.system_site_packages ? config.python : null;
    const building = { staging, folder, against };
    const wheelhouse = await buildWheelhouse({ config, run }, building, report, signal);
    const next = await this.#freeName(manifest.version, previous);
    const path = join(layout.releases, next);
    await makeVenv({ config, path, wheelhouse, version: manifest.version }, report, signal);
    signal.throwIfAborted();
    await writeFileDurably(join(path, MANIFEST_PATH), manifestBytes);
    await syncFolder(layout.releases);
    await removeBuild(folder);
    const identity = await treeIdentity(layout, next);
    return { previous, next, manifest_sha256: identity?.manifest_sha256 ?? null, kept: false };
  }

  async backUp(move: Move, report: Report): Promise<void> {
    const isFirst = move.previous === null;
    report.line(isFirst ? "There is no earlier release to keep" : "The release that runs stays on the device");
    if (!move.kept) return;
    const path = join(this.#layout.releases, move.next);
    const { signal } = new AbortController();
    const { version } = await readTreeManifest(path);
    await checkPython(path, version, this.#parts.run, signal).catch(async () => {
      await this.#mend(move.next, version, report, signal);
    });
  }

  async switchTo(move: Move): Promise<void> {
    try {
      await pointCurrent(this.#layout, move.next);
    } catch (error) {
      throw asStepError(error, "switch_failed", "The new release could not be put in place.");
    }
  }

  async switchBack(move: Move): Promise<boolean> {
    try {
      return await this.#switchBack(move);
    } catch (error) {
      throw asStepError(error, "switch_failed", "The earlier release could not be put in place again.");
    }
  }

  async #switchBack(move: Move): Promise<boolean> {
    const current = await currentTree(this.#layout);
    const wasInPlace = current === move.next;
    if (move.previous === null) {
      await unlink(this.#layout.current).catch((error) => {
        if (!isMissing(error)) throw error;
      });
      await syncFolder(this.#layout.home);
      return wasInPlace;
    }
    if ((await kindAt(join(this.#layout.releases, move.previous))) !== "folder") {
      throw new UpdateError("no_backup", `${move.previous} isn't on this device any more.`);
    }
    if (current === move.previous) await syncFolder(this.#layout.home);
    else await pointCurrent(this.#layout, move.previous);
    return wasInPlace;
  }

  /** Nothing of the app's own is kept in an environment. */
  async settle(): Promise<void> {}

  async commit(move: Move, update: Update): Promise<void> {
    const identity = await treeIdentity(this.#layout, move.next);
    if (!identity) throw new UpdateError("state_damaged", `The release in ${move.next} has lost its manifest.`);
    const before = await this.#parts.installed.load();
    const record: Installed = {
      version: identity.version,
      manifest_sha256: identity.manifest_sha256,
      commit: identity.commit ?? null,
      channel: update.channel,
      source: this.#parts.source,
      installed_at: this.#parts.now().toISOString(),
    };
    const replaced = move.previous === null ? null : await treeIdentity(this.#layout, move.previous);
    // The same release again is no way back, and must not cost the one there is; another commit of one version is.
    const from = replaced && isSameRelease(replaced, identity) !== true ? replaced.tree : null;
    const { kind } = update;
    const { backups } = this.#parts.config;
    const { earlier, keep } = wayBackAfter(move, { kind, earlier: before.earlier, from, backups });
    await this.#parts.installed.save({ ...record, earlier });
    // The release one has gone back from stays on disk until the next install.
    if (kind === "rollback") return;
    await pruneTrees(this.#layout, keep, async () => undefined).catch(() => undefined);
  }

  async discard(update: Update, move: Move | null): Promise<void> {
    await removeBuild(stagingPath(this.#layout, update.id));
    const current = await currentTree(this.#layout);
    if (move && !move.kept && current !== move.next) await removeTree(this.#layout, move.next);
    await this.#removeUnfinished(current);
  }

  async #releases(): Promise<InPlace[]> {
    const releases: InPlace[] = [];
    for (const tree of (await treeNames(this.#layout)).sort()) {
      const identity = await treeIdentity(this.#layout, tree);
      if (identity) releases.push(identity);
    }
    return releases;
  }

  /** Removes what a build that was interrupted has left. Something that still writes there keeps it, and its name. */
  async #removeUnfinished(current: string | null): Promise<void> {
    const { releases } = this.#layout;
    for (const name of stagingNames(this.#layout)) await removeBuild(join(releases, name)).catch(() => undefined);
    const whole = new Set((await this.#releases()).map(({ tree }) => tree));
    for (const tree of await treeNames(this.#layout)) {
      if (tree !== current && !whole.has(tree)) await removeTree(this.#layout, tree).catch(() => undefined);
    }
  }

  /** The version's own name, unless an environment of that name is in use or can't be removed. */
  async #freeName(version: string, current: string | null): Promise<string> {
    const used = new Set([current, ...(await this.backups()).map((backup) => backup.tree)]);
    for (let n = 1; ; n++) {
      const name = n === 1 ? version : `${version}~${n}`;
      if (used.has(name)) continue;
      const isFree = await removeTree(this.#layout, name).then(
        () => true,
        () => false,
      );
      if (isFree && (await kindAt(join(this.#layout.releases, name))) === null) return name;
    }
  }
}
