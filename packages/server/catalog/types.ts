/** One distribution as it was declared in YAML: contract server.md §1. */
export interface Distribution {
  /** As in requests: `openwrt`. */
  name: string;
  /** For people: `OpenWrt`. */
  title: string;
  description: string;
  /** To be shown: without a slash at its end, and without a user name. */
  upstreamUrl: string;
  /** What repository files in its ImageBuilders call the same place. */
  canonicalUrl: string;
  branches: readonly BranchFacts[];
  /** The distribution that came after it, whose versions its devices are offered: LEDE's is `openwrt`. */
  continuedBy: string | null;
  /** Where targets, profiles and ImageBuilders come from instead. */
  parent: { distribution: string; version: string } | null;
  /** Feeds added to the parent's: URLs with `{version}`, `{parent_version}`, `{target}`, `{arch}`. */
  repositories: readonly string[];
  /** Public keys; none means that signatures are not asked for. */
  keys: { usign: readonly string[]; apk: readonly string[] };
  startingPoints: readonly StartingPoint[];
}

/** What YAML says about a branch. Branches without a word in YAML are derived from the versions. */
export interface BranchFacts {
  name: string;
  enabled: boolean;
  /** `releases/{version}` or `snapshots`. */
  path: string;
  snapshot: boolean;
  /** The revision at which it left the main branch. */
  branchOffRev: number | null;
}

/** A branch with those versions of it that upstream has: newest first, and after all that was released its own snapshot. */
export interface Branch extends BranchFacts {
  versions: readonly Version[];
}

export type VersionKind = "release" | "candidate" | "snapshot";

/** A version that images can be had of. */
export interface Version {
  distribution: string;
  /** `24.10.1`, `24.10.0-rc1`, `24.10-SNAPSHOT`, `SNAPSHOT`. */
  name: string;
  branch: string;
  kind: VersionKind;
  /** Where it lies upstream, without slashes at its ends: `releases/24.10.1`. */
  path: string;
}

/** A release from before the first enabled branch: one may upgrade from it, not build it. */
export interface StartingPoint {
  version: string;
  /** Targets it had, as far as a source names them; empty means that any is believed. */
  targets: readonly string[];
}

/** All that `.versions.json` says, as this server serves it. */
export interface Releases {
  /** The newest stable release; null where upstream names none. */
  stable: Version | null;
  oldstable: Version | null;
  /** A release candidate that is out, if there is one. */
  upcoming: Version | null;
  /** Enabled or not, newest first; only those with versions. */
  branches: readonly Branch[];
  /** Versions of enabled branches, in the order of the branches. */
  versions: readonly Version[];
}

/** A line of `.overview.json`: enough to find a device by its model. */
export interface Model {
  profile: string;
  target: string;
  titles: readonly Title[];
}

/** Upstream has either a vendor and a model, or a title. */
export interface Title {
  vendor?: string;
  model?: string;
  variant?: string;
  title?: string;
}

/** A target's `profiles.json`. */
export interface Target {
  /** `ath79/generic` */
  name: string;
  /** The packages' architecture: `mips_24kc`. */
  architecture: string;
  versionCode: string;
  versionNumber: string;
  /** Seconds since 1970. */
  sourceDateEpoch: number | null;
  defaultPackages: readonly string[];
  /** Folder name below `kmods/`, `<version>-<release>-<vermagic>`; null before kmods had folders of their own. */
  kmods: string | null;
  profiles: ReadonlyMap<string, Profile>;
  /** Names a device may go by (supported_devices with `,` as `_`, profile names) → profile. */
  aliases: ReadonlyMap<string, string>;
  /** The whole file but `profiles`, for dialects that pass it on. */
  raw: Readonly<Record<string, unknown>>;
}

export interface Profile {
  name: string;
  titles: readonly Title[];
  devicePackages: readonly string[];
  supportedDevices: readonly string[];
  /** The profile's part of the file, for dialects that pass it on. */
  raw: Readonly<Record<string, unknown>>;
}

/** Packages of one feed, or of several together; a name occurs once. */
export interface PackageIndex {
  /** Null where an index names none: a v1 index without packages, for instance. */
  architecture: string | null;
  /** Name without ABI suffix → version. */
  versions: ReadonlyMap<string, string>;
  /** Name with ABI suffix → name: `libubox20240329` → `libubox`. */
  abiNames: ReadonlyMap<string, string>;
  /** `opkg` or `apk`, by the files it came from. */
  generation: PackageGeneration;
  /** Feeds that belong to it and of which nothing could ever be read: what isn't in the index may be in one of them. */
  absent?: readonly string[];
}

export type PackageGeneration = "opkg" | "apk";

/** All that is known of a package. Fields the index doesn't have are null or empty. */
export interface Package {
  name: string;
  version: string;
  /** The feed's name: `base`, `luci`, `packages`, or `target`, `kmods`. */
  feed: string;
  description: string | null;
  /** Bytes of the package file, bytes once installed. */
  size: number | null;
  installedSize: number | null;
  depends: readonly string[];
  conflicts: readonly string[];
  provides: readonly string[];
  /** `20240329`, where the upstream name carries one. */
  abi: string | null;
}

/** What stands between a resource and its freshness. */
export interface Trouble {
  /** `mirror_down`, `not_found`, `too_large`, `not_json`, `truncated`, `signature_wrong`, … */
  code: string;
  /** For the operator, whole. */
  sentence: string;
  since: Date;
  /** When upstream is asked again. */
  retryAt: Date | null;
  /** The status of upstream's answer; null when there was none. */
  upstreamStatus: number | null;
}

/** `verified` by a configured key, `unsigned` upstream has no signature for it, `unchecked` no key is configured. */
export type Trust = "verified" | "unsigned" | "unchecked";

/** A value with how far it may be believed. */
export interface Known<T> {
  value: T;
  /** When upstream last confirmed it, in whole or part the oldest. */
  checkedAt: Date;
  /** When its content last changed. */
  changedAt: Date;
  /** Hex; equal digests mean equal values. */
  digest: string;
  trust: Trust;
  /** The newest attempt to refresh it failed: the value is from before that. */
  trouble: Trouble | null;
}

/** The kinds of things that are read from upstream, each with a state of its own. */
export type ResourceKind = "versions" | "targets" | "models" | "target" | "feeds" | "index";

/** One thing read from upstream, for status pages and the `catalog` command. */
export interface ResourceState {
  distribution: string;
  kind: ResourceKind;
  /** Below the upstream URL: `releases/24.10.1/.targets.json`; for an index its folder. */
  path: string;
  branch: string | null;
  version: string | null;
  checkedAt: Date | null;
  changedAt: Date | null;
  /** Bytes of the file as read. */
  size: number | null;
  trust: Trust | null;
  trouble: Trouble | null;
}

/** What is to be asked anew. Without a field, everything that anybody ever asked for. */
export interface RefreshScope {
  distribution?: string;
  version?: string;
  target?: string;
}

/** By where they lie; by when upstream last confirmed them; or those in trouble first, the oldest trouble before all. */
export const RESOURCE_SORTS = ["path", "oldest", "newest", "trouble"] as const;
export type ResourceSort = (typeof RESOURCE_SORTS)[number];

/** Which resources somebody wants to see; `after` and `limit` page through them. */
export interface ResourceFilter extends RefreshScope {
  branch?: string;
  kind?: ResourceKind;
  /** Only those with trouble, or only those without. */
  trouble?: boolean;
  /** Part of the path. */
  query?: string;
  /** Default: path. */
  sort?: ResourceSort;
  /** The last one that was seen, whether it is still there or not; `at` is what it was sorted by, where that is a time. */
  after?: Pick<ResourceState, "distribution" | "path"> & { kind: string; at?: Date | null };
  limit?: number;
}

/** How many resources a branch has, and how they are. */
export interface ResourceCount {
  distribution: string;
  /** Null: what belongs to no branch. */
  branch: string | null;
  total: number;
  inTrouble: number;
  /** When upstream last confirmed any of them … */
  checkedAt: Date | null;
  /** … and the one that it was asked about longest ago. */
  oldestAt: Date | null;
}

export interface RefreshProgress {
  done: number;
  total: number;
  /** What was just read. */
  path: string;
  outcome: "changed" | "unchanged" | "failed";
}

export interface RefreshReport {
  changed: number;
  unchanged: number;
  failed: readonly ResourceState[];
  /** Bytes of bodies that upstream sent. */
  bytes: number;
}

/**
 * What exists, as everybody else in the server sees it. Reads come from memory, else from the database; what was never
 * loaded is loaded within 8 seconds, else `not_loaded`. Old data are served with their `trouble` rather than not at all.
 * Every method throws ServerError; `unknown_…` only when upstream has been asked.
 */
export interface Catalog {
  readonly distributions: readonly Distribution[];
  /** Another number whenever something has been read or asked about: until then the same questions have the same answers. */
  readonly generation: number;
  /** @throws unknown_distribution */
  distribution(name: string): Distribution;
  releases(distribution: string, signal?: AbortSignal): Promise<Known<Releases>>;
  /**
   * A version by its name, of an enabled branch. One that isn't known has upstream asked first, at most every 30 s.
   * @throws unknown_version
   */
  version(distribution: string, name: string, signal?: AbortSignal): Promise<Version>;
  /** Target → architecture. */
  targets(version: Version, signal?: AbortSignal): Promise<Known<ReadonlyMap<string, string>>>;
  models(version: Version, signal?: AbortSignal): Promise<Known<readonly Model[]>>;
  /** @throws unknown_target */
  target(version: Version, target: string, signal?: AbortSignal): Promise<Known<Target>>;
  /** All feeds of an architecture. @throws unknown_architecture */
  architecturePackages(version: Version, architecture: string, signal?: AbortSignal): Promise<Known<PackageIndex>>;
  /** A target's own feed, with its kernel modules where they have a folder of their own. @throws unknown_target */
  targetPackages(version: Version, target: string, signal?: AbortSignal): Promise<Known<PackageIndex>>;
  /** Every package a target can have, with what is known of it, by name. @throws unknown_target */
  packages(version: Version, target: string, signal?: AbortSignal): Promise<Known<readonly Package[]>>;
  /** How many package names are known in all. */
  countPackageNames(): Promise<number>;
  /** By distribution, path and kind. */
  resources(filter?: ResourceFilter): Promise<readonly ResourceState[]>;
  /** Of each distribution and branch; `after`, `limit` and `trouble` don't count here. */
  countResources(filter?: ResourceFilter): Promise<readonly ResourceCount[]>;
  refresh(
    scope: RefreshScope,
    options?: { signal?: AbortSignal; onProgress?: (progress: RefreshProgress) => void },
  ): Promise<RefreshReport>;
}
