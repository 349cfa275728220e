import { rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { BundleInstall, Installed, Manifest, Move, Update } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { isMissing, syncFolder } from "../../store/atomic-file.ts";
import type { InstallerParts } from "../index.ts";
import type { Backup, InPlace, Installer, Need, Report, Staging } from "../types.ts";
import { type AdoptParts, adopt, dropCopies, finishAdoption } from "./adopt.ts";
import { adoptable, releasePaths } from "./adopt-ahead.ts";
import { standingNeeds } from "./adopt-standing.ts";
import { syncFileSystem } from "./durable.ts";
import { checkHome, ensureHome } from "./home-folder.ts";
import { currentTree, kindAt, type Layout, layoutOf, pointCurrent, treeIdentity } from "./layout.ts";
import { checkMappedPaths, linkMappedPaths, type MappedPath, mappedPaths, unlinkMappedPaths } from "./mapped-paths.ts";
import { removeWhole } from "./open-folder.ts";
import { keptBy, type Ownership, type ReleaseTree } from "./ownership.ts";
import { mend, preserve, preserveLast, preserveLate } from "./preserve.ts";
import { pruneTrees, removeStaging, removeTree, stagingPath, treeNames } from "./prune.ts";
import { asStepError } from "./step-error.ts";
import { symlinkBackups, symlinkInPlace } from "./symlink-in-place.ts";
import { plannedTree } from "./tree.ts";
import { readTreeManifest } from "./tree-manifest.ts";
import { unpackBundle } from "./unpack.ts";
import { verifyTree } from "./verify-tree.ts";
import { wayBackAfter } from "./way-back.ts";

export interface SymlinkInstallerParts extends InstallerParts {
  config: BundleInstall & { home: string };
}

/** Release bundles in the symlink layout: whole trees side by side, and one link that says which of them counts. */
export class SymlinkInstaller implements Installer {
  readonly #parts: SymlinkInstallerParts;
  readonly #layout: Layout;
  readonly #mapped: MappedPath[];
  readonly #ownership: Ownership;

  constructor(parts: SymlinkInstallerParts) {
    this.#parts = parts;
    this.#layout = layoutOf(parts.config.home);
    this.#mapped = mappedPaths(this.#layout, parts.config.map);
    const { shared, current, moving } = this.#layout;
    this.#ownership = { shared, current, moving, keep: parts.config.keep, config: parts.config.config };
  }

  /** What is in place is read from the device, which is one release or the other. */
  async unrecorded(): Promise<null> {
    return null;
  }

  async settleDisk(): Promise<void> {
    await finishAdoption(this.#adoptParts());
    if ((await kindAt(this.#layout.moving)) === null) return;
    const current = await currentTree(this.#layout);
    if (current === null) return;
    const path = join(this.#layout.releases, current);
    await mend({ path }, this.#ownership, () => syncFileSystem(this.#layout.home, this.#parts.run));
  }

  async current(): Promise<InPlace | null> {
    return symlinkInPlace(this.#layout);
  }

  async backups(): Promise<Backup[]> {
    return symlinkBackups(this.#layout, this.#parts.installed);
  }

  async kept(): Promise<InPlace[]> {
    const current = await currentTree(this.#layout);
    const kept: InPlace[] = [];
    for (const tree of (await treeNames(this.#layout)).sort()) {
      const identity = tree === current ? null : await treeIdentity(this.#layout, tree);
      if (identity) kept.push(identity);
    }
    return kept;
  }

  async verifyKept(move: Move, signal: AbortSignal): Promise<void> {
    await verifyTree(await this.#tree(move.next), this.#ownership, signal);
  }

  async manifest(tree: string): Promise<Manifest | null> {
    return readTreeManifest(join(this.#layout.releases, tree)).catch(() => null);
  }

  async needs(manifest: Manifest): Promise<Need[]> {
    const bytes = manifest.bundle?.unpacked_size ?? 0;
    const inodes = plannedTree(manifest).folders.size + manifest.files.length + 1;
    const unpacking = { path: this.#layout.home, bytes, inodes, purpose: "unpacking", writable: true };
    const isFirst = (await currentTree(this.#layout)) === null;
    return [unpacking, ...(isFirst ? await standingNeeds(this.#layout, this.#mapped) : [])];
  }

  async adopt(move: Move, report: Report, whileStopped: (work: () => Promise<void>) => Promise<void>): Promise<string> {
    if (move.previous === null) throw new UpdateError("internal", "There is no tree to adopt as.");
    try {
      const { manifest } = await this.#tree(move.next);
      const lists = releasePaths(manifest, this.#ownership);
      const toAdopt = { tree: move.previous, version: await this.#parts.versionBefore(), lists };
      return await adopt(this.#adoptParts(), toAdopt, report, whileStopped);
    } catch (error) {
      throw asStepError(error, "backup_failed", "What is there could not be made a release one can go back to.");
    }
  }

  async stage(staging: Staging, report: Report, signal: AbortSignal): Promise<Move> {
    const { update, manifest, manifestBytes, bundlePath } = staging;
    await checkHome(this.#layout);
    const current = await currentTree(this.#layout);
    const found = await adoptable(this.#layout, this.#mapped, current, this.#parts.versionBefore);
    const previous = found ? found.tree : current;
    await checkMappedPaths(this.#mapped, manifest, keptBy(this.#ownership), found?.paths);
    await ensureHome(this.#layout);
    await removeStaging(this.#layout);
    const into = stagingPath(this.#layout, update.id);
    report.line(`Unpacking ${manifest.version} (${manifest.files.length} files)`);
    const onProgress = (doneBytes: number, totalBytes: number) => report.advance({ doneBytes, totalBytes });
    await unpackBundle({ bundlePath, manifest, manifestBytes, into, signal, onProgress });
    // Before the switch the new release is on the disk itself; what was only cached would come back empty after a power cut.
    await syncFileSystem(into, this.#parts.run, signal);
    const next = await this.#freeName(manifest.version, previous);
    await rename(into, join(this.#layout.releases, next));
    await syncFolder(this.#layout.releases);
    const identity = await treeIdentity(this.#layout, next);
    const move = { previous, next, manifest_sha256: identity?.manifest_sha256 ?? null, kept: false };
    return found ? { ...move, adopts: true } : move;
  }

  async backUp(move: Move, report: Report): Promise<void> {
    report.line(move.previous ? "Setting your own files and settings aside" : "There is no earlier release to keep");
    try {
      const from = move.previous === null ? null : await this.#tree(move.previous);
      await preserve(from, await this.#tree(move.next), this.#ownership);
      await syncFileSystem(this.#layout.home, this.#parts.run);
    } catch (error) {
      throw asStepError(error, "backup_failed", "What you wrote into the running release could not be set aside.");
    }
  }

  async switchTo(move: Move): Promise<void> {
    try {
      await linkMappedPaths(this.#mapped);
      await pointCurrent(this.#layout, move.next);
    } catch (error) {
      throw asStepError(error, "switch_failed", "The new release could not be put in place.");
    }
  }

  async switchBack(move: Move, report: Report): Promise<boolean> {
    try {
      return await this.#switchBack(move, report);
    } catch (error) {
      throw asStepError(error, "switch_failed", "The earlier release could not be put in place again.");
    }
  }

  async #switchBack(move: Move, report: Report): Promise<boolean> {
    const current = await currentTree(this.#layout);
    const wasInPlace = current === move.next;
    if (move.previous === null) {
      await unlink(this.#layout.current).catch((error) => {
        if (!isMissing(error)) throw error;
      });
      await unlinkMappedPaths(this.#mapped);
      return wasInPlace;
    }
    if ((await kindAt(join(this.#layout.releases, move.previous))) !== "folder") {
      throw new UpdateError("no_backup", `${move.previous} isn't on this device any more.`);
    }
    if (wasInPlace) {
      // What the failed release's users wrote goes back with them; if that fails, a working device comes first.
      await this.#carry(move.next, move.previous, preserve).catch((error) => report.line(worded(error), "warn"));
    }
    // Already there: what stood in the way of the switch must not stand in the way back.
    if (current === move.previous) await syncFolder(this.#layout.home);
    else await pointCurrent(this.#layout, move.previous);
    return wasInPlace;
  }

  async settle(move: Pick<Move, "previous" | "next">, report: Report): Promise<void> {
    if (move.previous === null) return;
    await this.#carry(move.previous, move.next, preserveLate).catch((error) => report.line(worded(error), "warn"));
  }

  async commit(move: Move, update: Update): Promise<void> {
    const identity = await treeIdentity(this.#layout, move.next);
    if (!identity) throw new UpdateError("state_damaged", `The release in ${move.next} has lost its manifest.`);
    const before = await this.#parts.installed.load();
    const record: Installed = {
      version: identity.version,
      manifest_sha256: identity.manifest_sha256,
      channel: update.channel,
      source: this.#parts.source,
      installed_at: this.#parts.now().toISOString(),
    };
    const replaced = move.previous === null ? null : await treeIdentity(this.#layout, move.previous);
    // The same version again is no way back, and must not cost the one there is.
    const from = replaced && replaced.version !== identity.version ? replaced.tree : null;
    const { kind } = update;
    const { backups } = this.#parts.config;
    const { earlier, keep } = wayBackAfter(move, { kind, earlier: before.earlier, from, backups });
    await this.#parts.installed.save({ ...record, earlier });
    // The release one has gone back from stays on disk until the next install.
    if (kind === "rollback") return;
    // What can't be removed today goes with the next update: no reason to leave a release that works.
    await pruneTrees(this.#layout, keep, (tree) => this.#save(tree)).catch(() => undefined);
  }

  async discard(update: Update, move: Move | null): Promise<void> {
    await removeWhole(stagingPath(this.#layout, update.id));
    // One that can't be told from somebody's files stays.
    await dropCopies(this.#adoptParts()).catch(() => undefined);
    if (move && !move.kept && (await currentTree(this.#layout)) !== move.next) {
      await removeTree(this.#layout, move.next);
    }
  }

  /** The version's own name, unless a tree of that name is in use or can't be removed. */
  async #freeName(version: string, current: string | null): Promise<string> {
    const used = new Set([current, ...(await this.backups()).map((backup) => backup.tree)]);
    const there = new Set(await treeNames(this.#layout));
    for (let n = 1; ; n++) {
      const name = n === 1 ? version : `${version}~${n}`;
      if (used.has(name)) continue;
      if (!there.has(name)) return name;
      try {
        await this.#save(name);
      } catch {
        continue;
      }
      await removeTree(this.#layout, name);
      return name;
    }
  }

  /** Takes what somebody wrote out of a tree that is to be removed. Throws when there is no telling what that is. */
  async #save(name: string): Promise<void> {
    await preserveLast(await this.#tree(name), this.#ownership);
  }

  async #carry(from: string, to: string, how: typeof preserveLate): Promise<void> {
    await how(await this.#tree(from), await this.#tree(to), this.#ownership);
    await syncFileSystem(this.#layout.home, this.#parts.run);
  }

  #adoptParts(): AdoptParts {
    const { installed, run } = this.#parts;
    return { layout: this.#layout, mapped: this.#mapped, installed, run };
  }

  async #tree(name: string): Promise<ReleaseTree> {
    const path = join(this.#layout.releases, name);
    return { path, manifest: await readTreeManifest(path) };
  }
}

function worded(error: unknown): string {
  return `Some files could not be carried over: ${error instanceof Error ? error.message : String(error)}`;
}
