import { compareVersions } from "../catalog/version-order.ts";
import { ServerError } from "../error.ts";
import type { RevisionRow, UpgradeFacts, VersionRow } from "./types.ts";

/**
 * Refuses lists with which upgrading twice would not be the same as once: names that lead in a circle, a name that a later
 * row brings back after an earlier one has taken it away, two rows of one time for the same package, and a split
 * without a way to choose. Rows by version count as earlier than rows by revision, as the engine applies them.
 * @throws ServerError config_invalid, naming file and row
 */
export function refuseTwists(facts: UpgradeFacts, files: { versionRows: string; revisionRows: string }): void {
  const steps = stepsOf(facts, files);
  refuseTwice(steps);
  for (const step of steps) {
    if (step.choices > 1 && !step.hasDefault) refuse(step, "is split, and no choice is the default (true)");
    refuseCircle(step, steps);
    for (const target of step.targets) {
      const taken = steps.find((earlier) => earlier.source === target && earlier.at < step.at);
      if (taken) refuse(step, `leads to ${target}, which ${taken.row} takes away before`);
    }
  }
}

interface Step {
  row: string;
  at: number;
  source: string;
  /** What may really take its place: choices that are only possible are never chosen. */
  targets: readonly string[];
  choices: number;
  hasDefault: boolean;
}

function stepsOf(facts: UpgradeFacts, files: { versionRows: string; revisionRows: string }): Step[] {
  const versions = [...new Set(facts.versionRows.map(({ version }) => version))].sort(compareVersions);
  const revisions = [...new Set(facts.revisionRows.map(({ revision }) => revision))].sort((a, b) => a - b);
  return [
    ...facts.versionRows.map((row) => ofVersion(row, versions.indexOf(row.version), files.versionRows)),
    ...facts.revisionRows.map((row) =>
      ofRevision(row, versions.length + revisions.indexOf(row.revision), files.revisionRows),
    ),
  ];
}

function ofVersion({ version, source, choices }: VersionRow, at: number, file: string): Step {
  const real = choices.filter(({ possible }) => !possible);
  return {
    row: `${file}, versions."${version}".transformations.${source}`,
    at,
    source,
    targets: real.map(({ target }) => target),
    choices: choices.length,
    hasDefault: real.some(({ whenInstalled }) => whenInstalled.length === 0),
  };
}

function ofRevision({ revision, source, target }: RevisionRow, at: number, file: string): Step {
  const targets = target === null ? [] : [target];
  return {
    row: `${file}, changes of revision ${revision}, ${source}`,
    at,
    source,
    targets,
    choices: targets.length,
    hasDefault: true,
  };
}

function refuseTwice(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const step of steps) {
    const key = `${step.at} ${step.source}`;
    if (seen.has(key)) refuse(step, "is there twice");
    seen.add(key);
  }
}

function refuseCircle(start: Step, steps: readonly Step[]): void {
  const seen = new Set<string>();
  const open = [...start.targets];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === start.source) refuse(start, `leads back to ${start.source}`);
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...steps.filter(({ source }) => source === name).flatMap(({ targets }) => targets));
  }
}

function refuse(step: Step, trouble: string): never {
  throw new ServerError("config_invalid", `${step.row} ${trouble}.`, { fields: { row: step.row } });
}
