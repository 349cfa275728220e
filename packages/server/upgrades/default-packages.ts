import { type KnownPackages, versionIn } from "./installed-names.ts";
import { matches } from "./package-pattern.ts";
import { additionReason, defaultReason } from "./reasons.ts";
import type { Outcome } from "./settled-names.ts";
import type { ReleasePackages } from "./types.ts";

/** Every image has it: a list without it isn't all that is installed, only what somebody chose. */
const IN_EVERY_IMAGE = "base-files";

/** A default package that may have to be added, with all that does instead. */
export interface Newcomer {
  name: string;
  insteadOf: readonly string[];
  /** The earlier default whose place it takes: who removed that one doesn't get this one. */
  placeOf: string | null;
}

/**
 * Default packages of the new release that a device coming from the old one may lack without its owner having wanted
 * so: those that were no defaults before, by this name or an earlier one. A default of the old release that isn't
 * installed was removed by somebody and stays removed. Of a release whose defaults nobody knows, nobody knows what was
 * removed; there each default counts, since a surplus package costs space, a missing one may cost the way to the device. What
 * stands beside one of its alternatives (dnsmasq beside dnsmasq-full) is never added.
 * The same for every device that goes this way: worked out once.
 */
export function newcomers(known: KnownPackages): readonly Newcomer[] {
  const { plan } = known;
  const before = withSuccessors(effective(known.old?.defaults ?? known.oldDefaults ?? []), known);
  return [...effective(known.new.defaults)]
    .filter((name) => !before.has(name) && isThere(name, known) && !plan.ignored.has(name))
    .sort()
    .map((name) => ({
      name,
      insteadOf: alternatives(name, known),
      placeOf: plan.defaultSuccessors.get(name)?.find((earlier) => before.has(earlier)) ?? null,
    }));
}

/** Puts newcomers and the lists' additions into a package set, if what is installed (`names`) was told whole. */
export function addPackages(
  newcomers: readonly Newcomer[],
  names: ReadonlyMap<string, string>,
  { packages, changes, known, offered }: Outcome,
): void {
  const isWhole = packages.has(IN_EVERY_IMAGE);
  for (const { name, version, mandatory, reason } of known.plan.additions) {
    if (packages.has(name) || !isThere(name, known)) continue;
    packages.add(name);
    const since = `since ${version}`;
    changes.push({
      kind: "add",
      from: [],
      to: [name],
      mandatory,
      since,
      reason: additionReason(name, version, reason ?? null),
    });
  }
  if (!isWhole) return;
  for (const { name, insteadOf, placeOf } of newcomers) {
    if (packages.has(name) || insteadOf.some((other) => packages.has(other))) continue;
    if (placeOf !== null && !names.has(placeOf) && !packages.has(placeOf)) continue;
    packages.add(name);
    const reason = defaultReason(name, offered);
    changes.push({ kind: "add", from: [], to: [name], mandatory: false, since: null, reason });
  }
}

/** In the release, and no row takes it away again. */
function isThere(name: string, { plan, new: next }: KnownPackages): boolean {
  return versionIn(next, name) !== undefined && !plan.sources.has(name);
}

/** A list with `-name` in it, as devices' lists have, without what it takes away. */
function effective(defaults: ReleasePackages["defaults"]): Set<string> {
  const names = new Set<string>();
  for (const name of defaults) {
    if (name.startsWith("-")) names.delete(name.replace(/^-+/, ""));
    else names.add(name);
  }
  return names;
}

/** Names and all that rows make of them, whatever was chosen. */
function withSuccessors(names: Set<string>, { plan }: KnownPackages): Set<string> {
  const result = new Set(names);
  for (const { source, choices } of plan.rows) {
    if (result.has(source)) for (const { target } of choices) result.add(target);
  }
  return result;
}

/** The release's packages that are of a group with this one. */
function alternatives(name: string, { plan, new: next }: KnownPackages): string[] {
  const groups = plan.alternatives.filter((group) => group.some((pattern) => matches(pattern, name)));
  if (groups.length === 0) return [];
  const patterns = groups.flat();
  const names = [...next.architecture.versions.keys(), ...next.target.versions.keys()];
  return names.filter((other) => other !== name && patterns.some((pattern) => matches(pattern, other)));
}
