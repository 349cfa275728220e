import type { PackageGeneration, PackageIndex, Version } from "../catalog/types.ts";
import { branchOf, versionKind } from "../catalog/version-order.ts";
import { comparison, decide, type Offer } from "./engine.ts";
import { upgradeFacts } from "./facts.ts";
import { BuildChanges, DefaultPackages, PackageChanges, VersionChanges } from "./facts-files.ts";
import { listedDefaults } from "./listed-defaults.ts";
import { rowPlan } from "./row-plan.ts";
import type { ReleasePackages, UpgradeAnswer, UpgradeFacts } from "./types.ts";

/** Facts as the files have them, for tests that need few. */
export function factsOf(files: {
  versions?: unknown;
  packages?: unknown;
  builds?: unknown;
  defaults?: unknown;
}): UpgradeFacts {
  return upgradeFacts(
    VersionChanges.parse({ versions: files.versions ?? {} }),
    PackageChanges.parse({ ignored: ["libc", "kernel", "libgcc", "libgcc1"], ...(files.packages ?? {}) }),
    BuildChanges.parse({ builds: files.builds ?? [] }),
    DefaultPackages.parse(files.defaults ?? {}),
  );
}

/** An index: names, or name → version, or name with ABI suffix as `libubox+20240329`. */
export function indexOf(
  packages: readonly string[] | Readonly<Record<string, string>>,
  generation: PackageGeneration = "opkg",
): PackageIndex {
  const entries = isList(packages) ? packages.map((name) => [name, "1.0-r1"] as const) : Object.entries(packages);
  const parts = entries.map(([name, version]) => {
    const [base = "", abi = ""] = name.split("+");
    return { base, abi, version };
  });
  return {
    architecture: "mips_24kc",
    versions: new Map(parts.map(({ base, version }) => [base, version])),
    abiNames: new Map(parts.filter(({ abi }) => abi !== "").map(({ base, abi }) => [`${base}${abi}`, base])),
    generation,
  };
}

function isList(packages: readonly string[] | Readonly<Record<string, string>>): packages is readonly string[] {
  return Array.isArray(packages);
}

export function releaseOf(
  packages: readonly string[] | Readonly<Record<string, string>>,
  options: { defaults?: readonly string[]; target?: readonly string[]; generation?: PackageGeneration } = {},
): ReleasePackages {
  return {
    architecture: indexOf(packages, options.generation),
    target: indexOf(options.target ?? [], options.generation),
    defaults: options.defaults ?? [],
  };
}

export function versionOf(name: string): Version {
  const path = name === "SNAPSHOT" ? "snapshots" : `releases/${name}`;
  return { distribution: "openwrt", name, branch: branchOf(name), kind: versionKind(name), path };
}

export interface Way {
  from: string;
  to: string;
  revision?: number | null;
  installedRevision?: number | null;
  old?: ReleasePackages | null;
  next: ReleasePackages;
  /** Names, or name → version. */
  installed: readonly string[] | Readonly<Record<string, string>>;
  upgradePackages?: boolean;
  unknownPackages?: "refuse" | "missing";
  /** As the installed release called it. */
  target?: string;
}

/** The engine's answer to a device that has `installed` and goes a way. */
export function answerTo(facts: UpgradeFacts, way: Way): UpgradeAnswer {
  const offered = versionOf(way.to);
  const { revision = null, installedRevision = null, old = null, unknownPackages, upgradePackages = false } = way;
  const plan = rowPlan(facts, { installed: way.from, offered, revision, installedRevision });
  const installed = isList(way.installed)
    ? way.installed.map((name) => [name, "1.0-r1"] as const)
    : Object.entries(way.installed);
  const offer: Offer = {
    version: offered,
    target: "ath79/generic",
    newRelease: way.from !== way.to,
    revision: null,
    notice: null,
  };
  const question = { installed: new Map(installed), upgradePackages, unknownPackages };
  const oldDefaults = old === null ? listedDefaults(facts, way.from, way.target ?? null) : null;
  return decide(question, offer, comparison(plan, old, way.next, { oldDefaults }));
}
