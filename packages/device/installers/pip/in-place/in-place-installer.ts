import { join } from "node:path";
import type { Manifest, Move, Update } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { isNotAllowed } from "../../../preflight/file-system.ts";
import { endLeftRunning } from "../../../system/left-running.ts";
import { checkOwner } from "../../bundle/copy/check-owner.ts";
import { claimFolder } from "../../bundle/copy/claim.ts";
import { isRoot } from "../../bundle/copy/owner.ts";
import { manifestIfThere } from "../../bundle/copy/tree-manifest.ts";
import { freeName } from "../../bundle/copy/tree-names.ts";
import { asStepError } from "../../bundle/step-error.ts";
import { JournalFile } from "../../journal-file.ts";
import type { Backup, InPlace, Installer, Need, Report, Staging } from "../../types.ts";
import type { PipInstallerParts } from "../parts.ts";
import { removeBuild } from "../remove-build.ts";
import { adoptFound } from "./adopt-found.ts";
import { commitMove } from "./commit-move.ts";
import { Environment } from "./environment.ts";
import type { Journal } from "./journal.ts";
import { treeRelease } from "./kept-trees.ts";
import { backupsOf, keptReleases, type LookParts, type Standing, standing } from "./look.ts";
import type { Change } from "./plan-change.ts";
import { prepareSwitch, type SwitchParts } from "./prepare-switch.ts";
import { checkWheels } from "./put-wheels.ts";
import { checkRights, checkRootsPython, noRights, refuseUsersOwn } from "./rights.ts";
import { spaceNeeds } from "./space-needs.ts";
import { stageWheels } from "./stage-wheels.ts";
import { carryOut, putBack } from "./switch-environment.ts";
import { trialsOf, withoutRights } from "./trials.ts";
import { WheelTrees } from "./wheel-trees.ts";

/** No step of a switch may be left in its middle: it ends, or its limits of time end it. */
const TO_THE_END = new AbortController().signal;

/**
 * Python projects in an environment that others share, as existing installations have them: pip replaces what is there,
 * and what it replaces is packed as wheels before, from which it comes back without a network.
 */
export class InPlaceInstaller implements Installer {
  readonly #parts: PipInstallerParts;
  readonly #trees: WheelTrees;
  readonly #journals: JournalFile<Journal>;
  readonly #environment: Environment;

  constructor(parts: PipInstallerParts) {
    const { config, run } = parts;
    this.#parts = parts;
    this.#trees = new WheelTrees(config.backup_dir ?? parts.backupDir);
    this.#journals = new JournalFile(this.#trees.dir, "back");
    const scratch = this.#trees.staging("scratch");
    this.#environment = new Environment({ run, config, scratch, lock: join(this.#trees.dir, ".lock") });
  }

  /** A switch that was begun is on record, and is undone from there. */
  async settleDisk(): Promise<void> {}

  async unrecorded(): Promise<Move | null> {
    // Root acts upon root's journals only.
    if (!(await this.#isOwn())) return null;
    const journal = await this.#journals.newest();
    if (journal === null || journal.state === "ready") return null;
    const { previous, next } = journal;
    const current = (await this.#parts.installed.load()).tree ?? null;
    // What came to its end counts as installed.
    if (current === next || (current !== null && current !== (journal.record?.tree ?? null))) return null;
    const identity = await this.#trees.identity(next);
    return { previous, next, manifest_sha256: identity?.manifest_sha256 ?? null, kept: true };
  }

  async current(): Promise<InPlace | null> {
    return (await standing(this.#look())).inPlace;
  }

  async backups(): Promise<Backup[]> {
    return backupsOf(this.#look());
  }

  async kept(): Promise<InPlace[]> {
    const now = await standing(this.#look());
    const kept = await keptReleases(this.#look(), now);
    return [...kept.values()].flatMap(({ change: _, ...identity }) =>
      identity.tree === now.inPlace?.tree ? [] : identity,
    );
  }

  async verifyKept(move: Move, signal: AbortSignal): Promise<void> {
    await checkOwner(this.#trees.dir, [move.next]);
    await checkRootsPython(this.#parts, signal);
    const { install } = await this.#change(move, await standing(this.#look()));
    await checkWheels(install, signal);
  }

  async manifest(tree: string): Promise<Manifest | null> {
    // What it says is acted upon. Who isn't root reads root's.
    if (isRoot()) await checkOwner(this.#trees.dir, [tree]);
    return manifestIfThere(this.#trees, tree);
  }

  async needs(manifest: Manifest): Promise<Need[]> {
    return spaceNeeds(this.#trees.dir, manifest, (await standing(this.#look())).found);
  }

  async stage(staging: Staging, report: Report, signal: AbortSignal): Promise<Move> {
    await this.#trees.ensure().catch((error) => {
      throw !isRoot() && isNotAllowed(error) ? noRights(this.#trees.dir) : error;
    });
    await checkRootsPython(this.#parts, signal);
    const survey = await this.#environment.survey(signal);
    await checkRights(survey);
    const { found, record, inPlace } = await standing(this.#look());
    refuseUsersOwn(found, this.#parts.config);
    await checkOwner(this.#trees.dir, [record?.tree ?? null]);
    await claimFolder(this.#trees.dir, this.#parts.installed.path);
    // Of builds that were interrupted. What else lies in that folder is its owner's.
    await endLeftRunning(this.#trees.staging(""));
    await this.#trees.clean();
    const packages = survey.libs[0] ?? this.#trees.dir;
    const staged = await stageWheels(staging, { ...this.#parts, trees: this.#trees, packages }, report, signal);
    const previous = inPlace?.tree ?? null;
    const used = [previous, record?.tree, ...(record?.earlier ?? [])].flatMap((tree) => tree ?? []);
    const next = await freeName(this.#trees, staging.manifest.version, used);
    await this.#trees.admit(staged, next);
    const identity = await this.#trees.identity(next);
    return { previous, next, manifest_sha256: identity?.manifest_sha256 ?? null, kept: false };
  }

  /** What stands in an environment can be gone back to whoever put it there: `backUp` makes it a tree. */
  async adopt(): Promise<string> {
    throw new UpdateError("internal", "There is nothing to take over in a Python environment.");
  }

  async backUp(move: Move, report: Report): Promise<void> {
    try {
      await this.#checkOwner(move);
      await this.#trees.ensure();
      const now = await standing(this.#look());
      if (move.previous !== null && !(await this.#trees.has(move.previous)))
        await adoptFound(move.previous, now, { ...this.#parts, trees: this.#trees });
      const change = await this.#change(move, now);
      const modules = (await treeRelease(this.#trees.dir, move.next))?.modules ?? [];
      await prepareSwitch(move, change, modules, this.#switchParts(now), report, TO_THE_END);
    } catch (error) {
      throw asStepError(error, "backup_failed", "What is installed could not be backed up.");
    }
  }

  async switchTo(move: Move, report: Report): Promise<void> {
    try {
      await this.#checkOwner(move);
      const journal = await this.#journals.load(move);
      if (journal === null) throw new Error(`There is no journal of the way to ${move.next}.`);
      await carryOut(journal, this.#switchParts(await standing(this.#look())), report, TO_THE_END);
    } catch (error) {
      throw asStepError(error, "switch_failed", "The new release could not be put in place.");
    }
  }

  async switchBack(move: Move, report: Report): Promise<boolean> {
    try {
      await this.#checkOwner(move);
      return await this.#switchBack(move, report);
    } catch (error) {
      throw asStepError(error, "switch_failed", "The earlier release could not be put in place again.");
    }
  }

  async #switchBack(move: Move, report: Report): Promise<boolean> {
    const journal = await this.#journals.load(move);
    const now = await standing(this.#look());
    if (journal === null) {
      if ((now.inPlace?.tree ?? null) === move.previous) return false;
      throw new UpdateError(
        "no_backup",
        `What takes the environment back to ${move.previous} isn't on this device any more.`,
      );
    }
    const wasBegun = journal.state !== "ready";
    if (wasBegun) await putBack(journal, this.#switchParts(now), report, TO_THE_END);
    if (journal.record) await this.#parts.installed.save(journal.record);
    else await this.#parts.installed.clear();
    await this.#journals.remove();
    // What is in place again needs no copy.
    await this.#trees.dropLeft(move.previous);
    return wasBegun;
  }

  /** What the old processes write at their end goes where it always went. */
  async settle(): Promise<void> {}

  async commit(move: Move, update: Update): Promise<void> {
    await this.#checkOwner(move);
    const { installed, source, now, config } = this.#parts;
    const facts = { source, installed_at: now().toISOString(), backups: config.backups };
    await commitMove(move, update, { trees: this.#trees, installed, ...facts });
  }

  async discard(update: Update, move: Move | null): Promise<void> {
    if (!(await this.#isOwn())) return;
    await removeBuild(this.#trees.staging(update.id));
    if (move === null) return;
    const journal = await this.#journals.load(move);
    const { record } = await standing(this.#look());
    if (record?.tree === move.next || (journal && journal.state !== "ready")) return;
    if (journal) await this.#journals.remove();
    await this.#trees.dropLeft(move.previous);
    if (!move.kept) await this.#trees.remove(move.next);
    const counts = new Set([record?.tree, ...(record?.earlier ?? [])]);
    if (move.previous?.endsWith("~found") && !counts.has(move.previous)) await this.#trees.remove(move.previous);
  }

  async #change({ next }: Move, now: Standing): Promise<Change> {
    const kept = await keptReleases(this.#look(), now);
    const found = kept.get(next);
    if (!found) throw new UpdateError("no_backup", `${next} isn't kept on this device any more.`);
    return found.change;
  }

  async #checkOwner({ previous, next }: Move): Promise<void> {
    await checkOwner(this.#trees.dir, [previous, next]);
  }

  async #isOwn(): Promise<boolean> {
    return checkOwner(this.#trees.dir).then(
      () => true,
      () => false,
    );
  }

  #look(): LookParts {
    const { config, installed, run, pythonCache } = this.#parts;
    return { config, installed, run, pythonCache, dir: this.#trees.dir, user: withoutRights() };
  }

  #switchParts({ record, found }: Standing): SwitchParts {
    const { config, run } = this.#parts;
    return {
      trees: this.#trees,
      journals: this.#journals,
      environment: this.#environment,
      run,
      record,
      projectInfo: found?.path ?? null,
      ...trialsOf({ config, run, trees: this.#trees }),
    };
  }
}
