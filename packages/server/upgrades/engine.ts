import type { Version } from "../catalog/types.ts";
import { ServerError } from "../error.ts";
import { appliedRows } from "./applied-rows.ts";
import { addPackages, type Newcomer, newcomers } from "./default-packages.ts";
import { installedNames, type KnownPackages } from "./installed-names.ts";
import { packageUpgrades } from "./package-upgrades.ts";
import type { RowPlan } from "./row-plan.ts";
import type { Outcome } from "./settled-names.ts";
import type { ReleasePackages, UpgradeAnswer, UpgradeQuestion } from "./types.ts";

/** What is offered to a device, before anything is said of its packages. */
export interface Offer {
  version: Version | null;
  target: string | null;
  newRelease: boolean;
  revision: string | null;
  notice: string | null;
}

/** All that is the same for each device that goes from one release to another on one target: worked out once. */
export interface Comparison extends KnownPackages {
  readonly newcomers: readonly Newcomer[];
}

export function comparison(
  plan: RowPlan,
  old: ReleasePackages | null,
  next: ReleasePackages,
  { isOldGone = old === null, oldDefaults = null }: Partial<Pick<KnownPackages, "isOldGone" | "oldDefaults">> = {},
): Comparison {
  const known = { plan, old, oldDefaults, new: next, isOldGone };
  return { ...known, newcomers: newcomers(known) };
}

/**
 * The answer to an upgrade check. Pure: the same question and the same facts give the same answer, in whatever order the
 * packages stand. `compared` is null when nothing is offered or the device didn't say its target.
 * @throws ServerError unknown_package; not_loaded where a package may be in a feed that can't be read
 */
export function decide(
  question: Pick<UpgradeQuestion, "installed" | "upgradePackages" | "unknownPackages">,
  offer: Offer,
  compared: Comparison | null,
): UpgradeAnswer {
  const { installed } = question;
  if (installed === null || compared === null || offer.version === null) return answer(offer, null);
  const names = namesIn(question, installed.keys(), compared, offer.version.name);
  const outcome = offer.newRelease
    ? moved(names, compared, offer.version.name)
    : { packages: new Set(names.keys()), changes: [], known: compared, offered: offer.version.name };
  const missing = outcome.changes.filter(({ kind }) => kind === "missing");
  refuseToGuess(
    missing.flatMap(({ from }) => from),
    [compared.new],
    offer.version.name,
  );
  const packages = [...outcome.packages].sort();
  const counts = offer.newRelease || question.upgradePackages;
  const upgrades = counts ? packageUpgrades(names, installed, packages, outcome) : NO_UPGRADES;
  return answer(offer, { packages, upgrades, changes: outcome.changes });
}

function namesIn(
  { unknownPackages }: Pick<UpgradeQuestion, "unknownPackages">,
  installed: Iterable<string>,
  compared: Comparison,
  offered: string,
): Map<string, string> {
  try {
    return installedNames(installed, compared, unknownPackages === "missing");
  } catch (error) {
    const unknown = error instanceof ServerError ? error.fields.packages : undefined;
    const sides = compared.old ? [compared.new, compared.old] : [compared.new];
    if (Array.isArray(unknown)) refuseToGuess(unknown.map(String), sides, offered);
    throw error;
  }
}

/** While a feed can't be read, nobody can say that a package isn't in it: to drop it would be to guess. */
function refuseToGuess(packages: readonly string[], sides: readonly ReleasePackages[], offered: string): void {
  if (packages.length === 0) return;
  const absent = sides.flatMap(({ architecture, target }) => [
    ...(architecture.absent ?? []),
    ...(target.absent ?? []),
  ]);
  if (absent.length === 0) return;
  const feeds = [...new Set(absent)].sort();
  const sentence = `What becomes of ${packages.join(", ")} in ${offered} can't be said: ${feeds.join(", ")} can't be read.`;
  throw new ServerError("not_loaded", sentence, { fields: { packages, feeds }, retryAfter: 60 });
}

const NO_UPGRADES: UpgradeAnswer["upgrades"] = new Map();

function moved(names: ReadonlyMap<string, string>, compared: Comparison, offered: string): Outcome {
  const outcome = appliedRows(names, compared, offered);
  addPackages(compared.newcomers, names, outcome);
  return outcome;
}

function answer(
  { version, target, newRelease, revision, notice }: Offer,
  decided: Pick<UpgradeAnswer, "packages" | "upgrades" | "changes"> | null,
): UpgradeAnswer {
  const { packages, upgrades, changes } = decided ?? { packages: null, upgrades: NO_UPGRADES, changes: [] };
  return { offered: version, target, newRelease, revision, packages, upgrades, changes, notice };
}
