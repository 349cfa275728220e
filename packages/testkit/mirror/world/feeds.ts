import { BASE_FEED } from "./base-feed.ts";
import { LUCI_FEED } from "./luci-feed.ts";
import { LIME_FEED } from "./other-distributions.ts";
import { ROUTING_FEED, TELEPHONY_FEED } from "./other-feeds.ts";
import { type PackageRecord, type PackageRow, valueAt } from "./package.ts";
import { PACKAGES_FEED } from "./packages-feed.ts";
import { hexOf, type Release, vermagicOf } from "./releases.ts";
import { KERNEL_MODULES, LOCAL_PACKAGES, TARGET_FEED } from "./target-feed.ts";
import type { TargetFacts } from "./targets.ts";

/** The feeds of an architecture. */
export const FEEDS = {
  base: BASE_FEED,
  luci: LUCI_FEED,
  packages: PACKAGES_FEED,
  routing: ROUTING_FEED,
  telephony: TELEPHONY_FEED,
} as const;
export type FeedName = keyof typeof FEEDS;
export const FEED_NAMES = Object.keys(FEEDS) as FeedName[];

/** Versions that packages were given since: `feed/name` → version. */
export type Overrides = ReadonlyMap<string, string>;

/** The packages of a feed of an architecture, sorted by name. */
export function feedRecords(
  release: Release,
  feed: FeedName,
  architecture: string,
  overrides?: Overrides,
): PackageRecord[] {
  const fits = ({ only }: PackageRow) => only.length === 0 || only.includes(architecture);
  return records(FEEDS[feed].filter(fits), { release, architecture, target: null, feed, overrides });
}

/** The packages of a target's own feed; kernel modules are in it unless they have a folder of their own. */
export function targetRecords(release: Release, target: TargetFacts, overrides?: Overrides): PackageRecord[] {
  const rows = release.kmodsApart ? TARGET_FEED : [...TARGET_FEED, ...KERNEL_MODULES];
  return records(rows.filter(isFor(target)), { ...target, release, target: target.name, feed: "target", overrides });
}

export function kmodRecords(release: Release, target: TargetFacts, overrides?: Overrides): PackageRecord[] {
  const rows = KERNEL_MODULES.filter(isFor(target));
  return records(rows, { ...target, release, target: target.name, feed: "kmods", overrides });
}

/** Packages that an ImageBuilder carries, in the order they are installed: apk's feeds have them as well. */
export function localRecords(release: Release, target: TargetFacts): PackageRecord[] {
  const rows =
    release.generation === "opkg" ? LOCAL_PACKAGES : TARGET_FEED.filter(({ name }) => LOCAL_NAMES.includes(name));
  return records(rows, { ...target, release, target: target.name, feed: "target" });
}

const LOCAL_NAMES = ["base-files", "libc", "kernel"];

/** The packages Lime adds. */
export function limeRecords(release: Release, architecture: string): PackageRecord[] {
  return records(LIME_FEED, { release, architecture, target: null, feed: "lime" });
}

function isFor({ name, architecture }: TargetFacts): (row: PackageRow) => boolean {
  return ({ only }) => only.length === 0 || only.includes(name) || only.includes(architecture);
}

interface Place {
  release: Release;
  architecture: string;
  /** Null in an architecture's feeds. */
  target: string | null;
  feed: FeedName | "target" | "kmods" | "lime";
  overrides?: Overrides | undefined;
}

function records(rows: readonly PackageRow[], place: Place): PackageRecord[] {
  const { release } = place;
  const found: PackageRecord[] = [];
  for (const row of rows) {
    const version = versionOf(row, place);
    if (version === null) continue;
    found.push({
      ...row,
      name: `${row.name}${abiOf(row, release)}`,
      baseName: row.name,
      abi: abiOf(row, release),
      version,
      architecture: row.anyArchitecture ? "all" : place.architecture,
      depends: dependsOf(row, place),
      conflicts: row.conflicts.filter((name) => ABI_ROWS.has(name) || KNOWN.has(name)).map(withAbi(release)),
    });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function versionOf(row: PackageRow, { release, feed, overrides, target }: Place): string | null {
  const version = valueAt(row.versions, release.branch);
  if (version === null) return null;
  const newer = overrides?.get(`${feed}/${row.name}`);
  if (newer !== undefined) return newer;
  if (version === "luci") return luciVersion(release);
  if (version === "base") return baseFilesVersion(release);
  if (version === "kernel") return kernelVersion(row, release, target ?? "");
  return release.branch >= "24.10" ? version.replace(/-([\d.]+)$/, "-r$1") : version;
}

/** LuCI's packages have the date and the commit of their feed, which a branch's releases share. */
function luciVersion({ branch, generation }: Release): string {
  const commit = hexOf(`luci ${branch}`, 7);
  const [year = "26", month = "1"] = branch === "main" ? ["26", "6"] : branch.split(".");
  const day = String((Number(month) * 30 + 17) % 366).padStart(3, "0");
  if (branch === "17.01") return `git-17.290.79498-${commit}-1`;
  return generation === "apk" || branch === "24.10"
    ? `${year}.${day}.41823~${commit}`
    : `git-${year}.${day}.41823-${commit}`;
}

function baseFilesVersion({ branch, revision, versionCode }: Release): string {
  if (branch >= "24.10") return `1${branch >= "25.12" ? `.${revision}` : ""}~${versionCode.split("-")[1]}`;
  return `${Math.floor(revision / 16)}-${versionCode}`;
}

function kernelVersion({ name }: PackageRow, release: Release, target: string): string {
  const revision = release.branch >= "24.10" ? "r1" : "1";
  if (name === "kernel") {
    const magic = vermagicOf(release, target);
    return release.branch >= "24.10" ? `${release.kernel}~${magic}-${revision}` : `${release.kernel}-1-${magic}`;
  }
  return `${release.kernel}-${revision}`;
}

function dependsOf(row: PackageRow, { release, target }: Place): string[] {
  const exists = (name: string) => name === "libc" || !KNOWN.has(name) || isThere(name, release);
  const listed = row.depends.filter(exists).map(withAbi(release));
  const depends = listed.includes("libc") || row.name === "libc" ? listed : ["libc", ...listed];
  if (!row.name.startsWith("kmod-") || target === null) return depends;
  const magic = vermagicOf(release, target);
  const kernel =
    release.branch >= "24.10" ? `kernel (= ${release.kernel}~${magic}-r1)` : `kernel (= ${release.kernel}-1-${magic})`;
  return [kernel, ...depends.filter((name) => name !== "libc")];
}

const ROWS: readonly PackageRow[] = [...Object.values(FEEDS).flat(), ...TARGET_FEED, ...KERNEL_MODULES, ...LIME_FEED];
const KNOWN = new Map(ROWS.map((row) => [row.name, row]));
const ABI_ROWS = new Map(ROWS.filter((row) => row.abis.size > 0).map((row) => [row.name, row]));

function isThere(name: string, release: Release): boolean {
  const row = KNOWN.get(name);
  return row !== undefined && valueAt(row.versions, release.branch) !== null;
}

/** A library's ABI is part of its name; after a digit, with a hyphen between. */
function abiOf(row: PackageRow, { branch }: Release): string {
  const abi = valueAt(row.abis, branch);
  if (!abi) return "";
  return /\d$/.test(row.name) ? `-${abi}` : abi;
}

function withAbi(release: Release): (name: string) => string {
  return (name) => {
    const row = ABI_ROWS.get(name);
    return row ? `${name}${abiOf(row, release)}` : name;
  };
}
