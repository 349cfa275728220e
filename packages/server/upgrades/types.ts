import type { Catalog, PackageIndex, Version } from "../catalog/types.ts";

/** What an upgrade check wants of the catalog. */
export type UpgradeCatalog = Pick<
  Catalog,
  | "distribution"
  | "generation"
  | "releases"
  | "version"
  | "targets"
  | "target"
  | "architecturePackages"
  | "targetPackages"
>;

/** What a device says about itself. */
export interface UpgradeQuestion {
  distribution: string;
  /** The installed release: a version, or a starting point. */
  version: string;
  /** `ath79/generic`, as the installed release calls it; null when the device didn't say. */
  target: string | null;
  /** The profile or board name, if it said: packages that come with the device count as defaults, and it must still be supported. */
  profile?: string | null;
  /** The installed revision, `r28427-6df0e3d02a`; decides between two snapshots. */
  revision: string | null;
  /** Installed packages → their versions; null when the device didn't say. An empty version is one it didn't say. */
  installed: ReadonlyMap<string, string> | null;
  /** Whether newer packages count although the release stays. */
  upgradePackages: boolean;
  /**
   * What becomes of a package that is in no index, where the installed release's can't be had: the question is refused
   * (by default), or it counts as missing in the offered release.
   */
  unknownPackages?: "refuse" | "missing";
  /** Names the version to go to, instead of the newest of the stable ones. */
  wanted?: string;
}

/** Why a package of the new set is not the same as one of the old. Each says so in a sentence. */
export type ChangeKind = "rename" | "merge" | "split" | "drop" | "add" | "upgrade" | "downgrade" | "missing";

export interface Change {
  kind: ChangeKind;
  /** What is installed; empty for `add`. */
  from: readonly string[];
  /** What takes its place; empty for `drop` and `missing`. */
  to: readonly string[];
  /** For `upgrade` and `downgrade`: the versions. */
  installedVersion?: string;
  offeredVersion?: string;
  /** For a split: what else could have been chosen. */
  choices?: readonly string[];
  /** One may not go on without it. */
  mandatory: boolean;
  /** Where the fact is from: `since 24.10.0`, `since revision 26792`. */
  since: string | null;
  reason: string;
}

export interface UpgradeAnswer {
  /** What is offered; the installed release itself when nothing is newer. Null: no release is offered for that target any more. */
  offered: Version | null;
  /** The target in the offered release, where it was renamed. */
  target: string | null;
  /** The offered release differs from the installed one. */
  newRelease: boolean;
  /** The revision of the offered release, where it is known. */
  revision: string | null;
  /** The package set for the offered release, sorted; null when the device didn't say what is installed. */
  packages: readonly string[] | null;
  /** Package → [offered version, installed version], of packages that are in both. */
  upgrades: ReadonlyMap<string, readonly [string, string]>;
  changes: readonly Change[];
  /** In a sentence, when there is nothing to offer: the target has no successor, for instance. */
  notice: string | null;
}

/** A row of the table by versions: applies if installed < `version` ≤ offered. */
export interface VersionRow {
  version: string;
  source: string;
  /** For the owner, where the fact alone doesn't say why. */
  reason?: string;
  /** No choice: dropped. One: renamed. Several: split, the first whose condition holds, else the default. */
  choices: readonly Choice[];
}

export interface Choice {
  target: string;
  /** Chosen when one of these is installed. Empty: by default. */
  whenInstalled: readonly string[];
  /** Possible, and never chosen by itself. */
  possible?: boolean;
}

/** A row of the table by revisions: applies if `revision` ≤ the offered release's. */
export interface RevisionRow {
  revision: number;
  source: string;
  /** Null: dropped. */
  target: string | null;
  mandatory: boolean;
  /** For the owner, where the fact alone doesn't say why. */
  reason?: string;
}

/** What everybody gets since a version, installed or not: applies if installed < `version` ≤ offered. */
export interface AdditionRow {
  version: string;
  name: string;
  mandatory: boolean;
  reason?: string;
}

/** What a build adds, renames or drops by itself, whoever asked. */
export interface BuildRow {
  /** Branches it is for, `24.10`; or from one on, `>=24.10`; or `*`. */
  branches: string;
  /** Absent: all. */
  target?: string;
  profiles?: readonly string[];
  add?: readonly string[];
  /** One `*` in a name stands for any text; in a rename, for the same in both. */
  remove?: readonly string[];
  rename?: { from: string; to: string };
  /** For the owner: why. */
  reason?: string;
}

/** What images of a branch's releases came with, of which upstream tells no list. */
export interface DefaultRow {
  branch: string;
  /** As the release called it; `*` stands for any text. Absent: all. */
  target?: string;
  packages: readonly string[];
}

export interface UpgradeFacts {
  versionRows: readonly VersionRow[];
  revisionRows: readonly RevisionRow[];
  additions: readonly AdditionRow[];
  buildRows: readonly BuildRow[];
  /** Old target → its name since a version. */
  targetRenames: readonly { version: string; from: string; to: string }[];
  /** Old board name → profile, since a version. */
  boardRenames: readonly { version: string; from: string; to: string }[];
  /** Packages that are never asked about: libc, kernel, … */
  ignored: ReadonlySet<string>;
  /** Packages of which one does instead of another: a default isn't added beside one of its group. `*` stands for any text. */
  alternatives: readonly (readonly string[])[];
  defaultRows: readonly DefaultRow[];
  /** Default → the earlier ones whose place it took: who did without the first that was a default does without it. */
  defaultSuccessors: ReadonlyMap<string, readonly string[]>;
}

/** What the pure engine compares with: indexes already loaded. */
export interface ReleasePackages {
  architecture: PackageIndex;
  target: PackageIndex;
  /** The target's default packages, then the device's; one with `-` in front takes one away. */
  defaults: readonly string[];
}
