import { join } from "node:path";
import type { Move } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { writeFileDurably } from "../../../store/atomic-file.ts";
import type { InstalledRecord } from "../../../store/installed.ts";
import type { Run } from "../../../system/types.ts";
import { syncFileSystem } from "../../bundle/durable.ts";
import type { JournalFile } from "../../journal-file.ts";
import type { Report } from "../../types.ts";
import type { Environment, Found, Packed, Survey } from "./environment.ts";
import type { Journal } from "./journal.ts";
import { type Change, touchedBy } from "./plan-change.ts";
import { checkWheels } from "./put-wheels.ts";
import type { Trials } from "./trials.ts";
import type { WheelTrees } from "./wheel-trees.ts";

export interface SwitchParts extends Trials {
  trees: WheelTrees;
  journals: JournalFile<Journal>;
  environment: Environment;
  run: Run;
  /** What counts as installed. */
  record: InstalledRecord | null;
  /** The metadata folder that counts, of the project's; null when it isn't installed. */
  projectInfo: string | null;
}

/**
 * Makes a wheel of everything that a change will replace or remove, and writes down what takes the change back. All of it
 * is on the disk when it returns. Nothing of the environment is changed, and nothing that the change doesn't touch is
 * packed. Throws UpdateError `backup_failed`, `hash_mismatch`.
 */
export async function prepareSwitch(
  move: Move,
  change: Change,
  modules: readonly string[],
  parts: SwitchParts,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { trees, journals, environment, run, record } = parts;
  await checkWheels(change.install, signal);
  const survey = await environment.survey(signal);
  const touched = touchedBy(change);
  const there = whatIsThere(survey, touched, parts.projectInfo);
  refuseUnlisted(survey, touched, there);
  for (const path of survey.leftovers) report.line(`Left behind by a pip that was killed: ${path}`, "warn");
  for (const one of stale(survey, touched, there)) report.line(`Stale, and removed with the switch: ${one}`, "warn");

  const infos = [...there.values()].map(({ path }) => path);
  const staged = await trees.leftStaging();
  const packed = infos.length > 0 ? await environment.pack(infos, staged, signal) : [];
  tellEdits(packed, report);
  const frozen = survey.installed.map(({ name, version }) => `${name}==${version}`);
  await writeFileDurably(join(staged, "freeze.txt"), `${frozen.sort().join("\n")}\n`);
  await syncFileSystem(staged, run, signal);
  const wheels = packed.map(({ edited: _, missing: __, ...file }) => file);
  const added = touched.filter((name) => !there.has(name));
  const left = await trees.admitLeft(staged, move.previous, { to: move.next, wheels, added });
  const { previous, next } = move;
  const journal: Omit<Journal, "state"> = {
    previous,
    next,
    change: { install: change.install, remove: change.remove.filter((name) => there.has(name)) },
    back: left.wheels,
    live: infos,
    complaints: await parts.complaints(signal),
    modules: [...modules],
    record,
  };
  await journals.save({ ...journal, state: "ready" });
}

/** Of each distribution the metadata that counts: the project's as it is read for its version, else what was installed last. */
function whatIsThere(
  { installed }: Survey,
  touched: readonly string[],
  projectInfo: string | null,
): Map<string, Found> {
  const there = new Map<string, Found>();
  for (const found of [...installed].sort((a, b) => a.changed - b.changed)) {
    if (!touched.includes(found.name)) continue;
    if (there.get(found.name)?.path !== projectInfo || projectInfo === null) there.set(found.name, found);
  }
  return there;
}

function refuseUnlisted(survey: Survey, touched: readonly string[], there: ReadonlyMap<string, Found>): void {
  const unlisted = [...survey.old, ...[...there.values()].filter(({ recorded }) => !recorded)];
  const one = unlisted.find(({ name }) => touched.includes(name));
  if (!one) return;
  const message = `${one.name} was installed in a way that says nothing of its files (${one.path}), so that nobody could go back to it. Uninstall it, or install it once more with pip, and try again.`;
  throw new UpdateError("backup_failed", message, { path: one.path });
}

function stale(survey: Survey, touched: readonly string[], there: ReadonlyMap<string, Found>): string[] {
  const others = [...survey.installed, ...survey.damaged].filter(({ name }) => touched.includes(name));
  return others.flatMap(({ name, path }) => (there.get(name)?.path === path ? [] : [path]));
}

function tellEdits(packed: readonly Packed[], report: Report): void {
  for (const { name, version, edited, missing } of packed) {
    report.line(`Backed up ${name} ${version}`);
    for (const path of edited)
      report.line(`${path} was edited since it was installed; the backup has it as it is`, "warn");
    for (const path of missing) report.line(`${path} is missing; the backup is without it`, "warn");
  }
}
