import { rm } from "node:fs/promises";
import type { BundleInstall, Manifest, Move, Update } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import type { InstalledRecord } from "../../../store/installed.ts";
import type { InstallerParts } from "../../index.ts";
import { JournalFile } from "../../journal-file.ts";
import type { Backup, InPlace, Installer, Need, Report, Staging } from "../../types.ts";
import { syncFileSystem } from "../durable.ts";
import { configOf, keptBy } from "../ownership.ts";
import { asStepError } from "../step-error.ts";
import { adoptedVersion, adoptTree, hasStanding, standingEntries } from "./adopt.ts";
import { carryOut } from "./carry-out.ts";
import { checkMapping } from "./check-mapping.ts";
import { checkOwner } from "./check-owner.ts";
import { checkTargets } from "./check-targets.ts";
import { claimFolder } from "./claim.ts";
import { commitMove } from "./commit.ts";
import { abandon, type GoBackParts, goBack } from "./go-back.ts";
import type { Journal } from "./journal.ts";
import { copyNeeds } from "./needs.ts";
import { isRoot } from "./owner.ts";
import { earlierPlacesOf, type Place, type PlaceMap, pathOf, placeMapOf, placesOf } from "./place.ts";
import { prepareSwitch } from "./prepare-switch.ts";
import { syncRoots } from "./sync-roots.ts";
import { copyBackups, copyInPlace } from "./tree-label.ts";
import { manifestIfThere } from "./tree-manifest.ts";
import { freeName } from "./tree-names.ts";
import { TreeStore } from "./tree-store.ts";
import { unpackTree } from "./unpack-tree.ts";
import { verifyFiles } from "./verify-files.ts";

export interface CopyInstallerParts extends InstallerParts {
  config: BundleInstall;
}

type CopyRecord = InstalledRecord & { tree: string };

/** Release bundles in the copy layout: each file is replaced in its place, by a journal that redoes or undoes. */
export class CopyInstaller implements Installer {
  readonly #parts: CopyInstallerParts;
  readonly #store: TreeStore;
  readonly #journals: JournalFile<Journal>;
  readonly #map: PlaceMap;

  constructor(parts: CopyInstallerParts) {
    this.#parts = parts;
    const dir = parts.config.backup_dir ?? parts.backupDir;
    this.#store = new TreeStore(dir);
    this.#journals = new JournalFile(dir, "ops");
    this.#map = placeMapOf(parts.config);
  }

  /** Whether a tree is one of this layout's. Reads only. */
  async has(tree: string): Promise<boolean> {
    return this.#store.has(tree);
  }

  /** A switch that was begun is on record, and is undone from there. */
  async settleDisk(): Promise<void> {}

  async unrecorded(): Promise<Move | null> {
    // Root acts upon root's journals only.
    if (isRoot() && !(await this.#isOwn())) return null;
    const journal = await this.#journals.newest();
    if (journal === null) return null;
    const { previous, next } = journal;
    const current = (await this.#record())?.tree ?? null;
    // What came to its end counts as installed; one that leads away from something else is long past.
    if (current === next || (current !== null && current !== previous)) return null;
    const identity = await this.#store.identity(next);
    // Where it came from isn't known: what stays on disk is removed with the next install.
    return { previous, next, manifest_sha256: identity?.manifest_sha256 ?? null, kept: true };
  }

  async current(): Promise<InPlace | null> {
    return copyInPlace(this.#parts.installed);
  }

  async backups(): Promise<Backup[]> {
    return copyBackups(this.#store.dir, this.#parts.installed);
  }

  async kept(): Promise<InPlace[]> {
    const { tree: current } = await this.#parts.installed.load();
    const kept: InPlace[] = [];
    for (const tree of await this.#store.names()) {
      const identity = tree !== current && (await this.#store.isWhole(tree)) && (await this.#store.identity(tree));
      if (identity) kept.push(identity);
    }
    return kept;
  }

  async verifyKept(move: Move, signal: AbortSignal): Promise<void> {
    await checkOwner(this.#store.dir, [move.next]);
    await verifyFiles(this.#store, move.next, signal);
  }

  async manifest(tree: string): Promise<Manifest | null> {
    // What it says is acted upon. Who isn't root reads root's.
    if (isRoot()) await checkOwner(this.#store.dir, [tree]);
    return manifestIfThere(this.#store, tree);
  }

  async needs(manifest: Manifest): Promise<Need[]> {
    // One that lists nothing yet is inside its bundle still; then the backup is all that can be counted.
    const places = manifest.files.length > 0 ? this.#placesFor(manifest) : new Map<string, Place>();
    const record = await this.#record();
    const replaced = record ? await this.#placesInPlace(record) : new Map<string, Place>();
    const isKept = keptBy(this.#parts.config);
    const backedUp = [...new Map([...replaced, ...places])].flatMap(([path, place]) => (isKept(path) ? [] : [place]));
    return copyNeeds(this.#store.dir, manifest, places, backedUp);
  }

  async stage(staging: Staging, report: Report, signal: AbortSignal): Promise<Move> {
    const { manifest } = staging;
    const record = await this.#record();
    await checkOwner(this.#store.dir, [record?.tree ?? null]);
    const places = this.#placesFor(manifest);
    const isKept = keptBy(this.#parts.config);
    const targets = [...places].flatMap(([path, place]) => (isKept(path) ? [] : [place]));
    const leaving = [...(record ? await this.#placesInPlace(record) : [])].filter(([path]) => !isKept(path));
    await checkTargets(targets, new Set(leaving.map(([, place]) => pathOf(place))));

    await this.#store.ensure();
    await claimFolder(this.#store.dir, this.#parts.installed.path);
    const unpacked = await unpackTree(staging, this.#store, this.#parts.run, report, signal);
    const used = record ? [record.tree, ...record.earlier] : (await this.#parts.installed.load()).earlier;
    const next = await freeName(this.#store, manifest.version, used);
    const previous = record?.tree ?? (await this.#nameToAdopt(manifest, places, [...used, next]));
    await this.#store.admit(unpacked, next);
    const identity = await this.#store.identity(next);
    const move = { previous, next, manifest_sha256: identity?.manifest_sha256 ?? null, kept: false };
    return record === null && previous !== null ? { ...move, adopts: true } : move;
  }

  async adopt(move: Move, report: Report): Promise<string> {
    await this.#checkOwner(move);
    const record = await this.#record();
    if (record && record.tree === move.previous) return record.version;
    if (move.previous === null) throw new UpdateError("internal", "There is nothing to take over.");
    try {
      const version = adoptedVersion(await this.#parts.versionBefore());
      report.line(`Noting what is in place as ${version}`);
      await this.#adoptTree(move.previous, version, await this.#store.manifest(move.next));
      const identity = await this.#store.identity(move.previous);
      await this.#parts.installed.save({
        version,
        manifest_sha256: identity?.manifest_sha256 ?? null,
        channel: null,
        source: null,
        installed_at: null,
        earlier: [],
        layout: "copy",
        tree: move.previous,
        map: { ...this.#map },
      });
      return version;
    } catch (error) {
      throw asStepError(error, "backup_failed", "What is in place could not be taken over.");
    }
  }

  async backUp(move: Move, report: Report): Promise<void> {
    await this.#checkOwner(move);
    report.line(
      move.previous ? "Copying what is in place, to be able to go back" : "There is no earlier release to keep",
    );
    try {
      const record = await this.#record();
      await this.#store.ensure();
      // Its folder was emptied by somebody: what stands in place is known to be of that version all the same.
      if (record && record.tree === move.previous && !(await this.#store.has(record.tree))) {
        await this.#adoptTree(record.tree, record.version, await this.#store.manifest(move.next));
      }
      const journal = await prepareSwitch(move, {
        store: this.#store,
        journals: this.#journals,
        ownership: this.#parts.config,
        map: this.#map,
        record,
        sync: (folder) => syncFileSystem(folder, this.#parts.run),
      });
      await this.#sync(journal);
    } catch (error) {
      throw asStepError(
        error,
        "backup_failed",
        "What is in place could not be copied, or the new files not be laid beside it.",
      );
    }
  }

  async switchTo(move: Move): Promise<void> {
    try {
      await this.#checkOwner(move);
      const journal = await this.#journals.load(move);
      if (journal === null) throw new Error(`There is no journal of the way to ${move.next}.`);
      await carryOut(journal, this.#store);
      await this.#sync(journal);
    } catch (error) {
      throw asStepError(error, "switch_failed", "The new release could not be put in place.");
    }
  }

  async switchBack(move: Move, report: Report): Promise<boolean> {
    try {
      await this.#checkOwner(move);
      return await goBack(move, report, await this.#goBackParts());
    } catch (error) {
      throw asStepError(error, "switch_failed", "The earlier release could not be put in place again.");
    }
  }

  /** What the old processes write at their end goes where it always went. */
  async settle(): Promise<void> {}

  async commit(move: Move, update: Update): Promise<void> {
    await this.#checkOwner(move);
    const { installed, source, now, config } = this.#parts;
    const facts = { source, installed_at: now().toISOString(), backups: config.backups };
    await commitMove(move, update, { store: this.#store, installed, map: this.#map, ...facts });
  }

  async discard(update: Update, move: Move | null): Promise<void> {
    if (move) await this.#checkOwner(move);
    // One that was refused holds nothing of this update's.
    else if (!(await this.#isOwn())) return;
    await rm(this.#store.staging(update.id), { recursive: true, force: true });
    if (move) await abandon(move, await this.#goBackParts());
  }

  async #checkOwner({ previous, next }: Move): Promise<void> {
    await checkOwner(this.#store.dir, [previous, next]);
  }

  async #isOwn(): Promise<boolean> {
    return checkOwner(this.#store.dir).then(
      () => true,
      () => false,
    );
  }

  async #record(): Promise<CopyRecord | null> {
    const { layout, tree, version, ...rest } = await this.#parts.installed.load();
    if (layout !== "copy" || tree === undefined || version === undefined) return null;
    return { manifest_sha256: null, channel: null, source: null, installed_at: null, ...rest, version, layout, tree };
  }

  #placesFor(manifest: Manifest): Map<string, Place> {
    const places = placesOf({ version: manifest.version, entries: manifest.files }, this.#map);
    checkMapping(manifest, places, { ...this.#parts.config, backupDir: this.#store.dir });
    return places;
  }

  async #placesInPlace(record: CopyRecord): Promise<Map<string, Place>> {
    const files = (await this.manifest(record.tree))?.files ?? [];
    return earlierPlacesOf(
      files.map(({ path }) => path),
      record.map ?? this.#map,
    );
  }

  /** The tree that what stands in place of a first release becomes; null when nothing does. */
  async #nameToAdopt(manifest: Manifest, places: Map<string, Place>, used: string[]): Promise<string | null> {
    if (!(await hasStanding(this.#ownPlaces(manifest, places).values()))) return null;
    return freeName(this.#store, adoptedVersion(await this.#parts.versionBefore()), used);
  }

  async #adoptTree(tree: string, version: string, next: Manifest): Promise<void> {
    const entries = await standingEntries(this.#ownPlaces(next, this.#placesFor(next)));
    await adoptTree(this.#store, tree, version, entries, (folder) => syncFileSystem(folder, this.#parts.run));
  }

  /** The places of what is the publisher's alone. */
  #ownPlaces(manifest: Manifest, places: Map<string, Place>): Map<string, Place> {
    const isKept = keptBy(this.#parts.config);
    const config = configOf(this.#parts.config, manifest);
    return new Map([...places].filter(([path]) => !isKept(path) && !config.has(path)));
  }

  async #goBackParts(): Promise<GoBackParts> {
    const current = (await this.#record())?.tree ?? null;
    const syncPlaces = (journal: Journal) => this.#sync(journal);
    return { store: this.#store, journals: this.#journals, installed: this.#parts.installed, current, syncPlaces };
  }

  async #sync({ ops }: Journal): Promise<void> {
    await syncRoots(
      ops.map(({ root }) => root),
      this.#parts.run,
    );
  }
}
