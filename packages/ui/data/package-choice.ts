import { plainName } from "./image-choices.ts";
import type { ServerSchemas } from "./server.ts";

export type PackageSet = ServerSchemas["PackageSet"];

/** A package that somebody chose, or left out. */
export interface ChosenPackage {
  name: string;
  isLeftOut: boolean;
  /** Bytes of its file; null: not known. */
  size: number | null;
  isUnknown: boolean;
}

export function chosenPackages(packages: readonly string[], set: PackageSet | undefined): ChosenPackage[] {
  const sizes = new Map([...(set?.removed ?? []), ...(set?.items ?? [])].map(({ name, size }) => [name, size]));
  return packages.map((written) => {
    const name = plainName(written);
    const isLeftOut = written !== name;
    return { name, isLeftOut, size: sizes.get(name) ?? null, isUnknown: set?.unknown.includes(name) ?? false };
  });
}

/** What a device has without anybody asking, by name: its target's list, then its own, which may take some off again. */
export function defaultPackages(
  { default_packages }: Pick<ServerSchemas["Target"], "default_packages">,
  { device_packages }: Pick<ServerSchemas["Profile"], "device_packages">,
): string[] {
  const names = new Set<string>();
  for (const name of [...default_packages, ...device_packages]) {
    if (name.startsWith("-")) names.delete(plainName(name));
    else names.add(name);
  }
  return [...names].sort();
}

/** How much room there is, and how much of it an image takes. Bytes. */
export type Room =
  /** Of what the device takes: `used` is an estimate. */
  | { kind: "limited"; used: number; limit: number }
  /** Nobody says what it takes. */
  | { kind: "size"; used: number }
  /** Nor what it has: only what the choice changes. */
  | { kind: "difference"; bytes: number };

export function roomOf({ image, total, own }: Pick<PackageSet, "image" | "total" | "own">): Room {
  const { limit, expected_size: used } = image;
  if (used !== null && limit !== null) return { kind: "limited", used, limit };
  if (used !== null) return { kind: "size", used };
  return { kind: "difference", bytes: total.size - own.size };
}

/** What a choice changes. Bytes. */
export type Effect =
  | { kind: "nothing-chosen" }
  /** What was asked for isn't there, and what was left out is needed all the same. */
  | { kind: "none" }
  /** The device has it without being asked. */
  | { kind: "anyway" }
  | { kind: "saves"; bytes: number }
  | { kind: "takes"; bytes: number; count: number };

export function effectOf(packages: readonly string[], { items, total, own, unknown }: PackageSet): Effect {
  if (packages.length === 0) return { kind: "nothing-chosen" };
  const bytes = total.size - own.size;
  const count = items.filter(({ added }) => added).length;
  if (bytes < 0) return { kind: "saves", bytes: -bytes };
  if (bytes > 0 || count > 0) return { kind: "takes", bytes, count };
  return { kind: packages.some((name) => name === plainName(name) && !unknown.includes(name)) ? "anyway" : "none" };
}

/** What was left out and is in the image all the same, with who needs it. */
export function keptAllTheSame(packages: readonly string[], { items }: Pick<PackageSet, "items">) {
  return items.filter(({ name }) => packages.includes(`-${name}`));
}

/** What comes along with what was chosen, without having been. */
export function comesAlong(packages: readonly string[], set: PackageSet) {
  const asked = new Set(packages.map(plainName));
  return set.items.filter(({ added, name }) => added && !asked.has(name));
}

/** Which of two that can't be together goes: the one that the device has anyway; of two that were asked for, the earlier one. */
export function loserOf(
  { name, with: other }: PackageSet["conflicts"][number],
  packages: readonly string[],
): { name: string; isAsked: boolean } {
  const at = (each: string) => packages.indexOf(each);
  const loser = at(name) < at(other) ? name : other;
  return { name: loser, isAsked: at(loser) >= 0 };
}
