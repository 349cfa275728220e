import { createHash } from "node:crypto";
import type { BranchName, Generation } from "./package.ts";

/** One release, as it lies on the mirror. */
export interface Release {
  /** `24.10.5`, `26.05.0-rc1`, `24.10-SNAPSHOT`, `SNAPSHOT`. */
  name: string;
  branch: BranchName;
  /** `releases/24.10.5`, `snapshots`. */
  path: string;
  /** Where its feeds really lie: releases of a branch share them. */
  feedsPath: string;
  generation: Generation;
  /** Which index.json its target has, and its branch's feeds; 0: none. */
  indexVersion: { target: 0 | 1 | 2; feeds: 0 | 1 | 2 };
  /** Counts the commits: `29087` in `r29087-d9c5716d1d`. */
  revision: number;
  versionCode: string;
  /** Seconds since 1970. */
  time: number;
  /** Like `6.6.119`. */
  kernel: string;
  /** Whether kernel modules lie in a folder of their own. */
  kmodsApart: boolean;
  /** Whether it has profiles.json, .targets.json and .overview.json; those before 21.02 have none of them. */
  documents: { profiles: boolean; targets: boolean };
  targets: readonly string[];
  /** In names of images: `openwrt-24.10.5`. */
  imagePrefix: string;
}

interface Facts {
  revision: number;
  date: string;
  kernel: string;
  branch?: BranchName;
}

const OLD_TARGETS = ["ar71xx/generic", "x86/64"];
const TARGETS = ["ath79/generic", "x86/64", "mediatek/filogic"];

const FACTS: Record<string, Facts> = {
  "17.01.4": { revision: 3560, date: "2017-10-18", kernel: "4.4.92" },
  "18.06.2": { revision: 7676, date: "2019-01-30", kernel: "4.14.95" },
  "21.02.7": { revision: 16847, date: "2023-04-27", kernel: "5.4.238" },
  "22.03.7": { revision: 20341, date: "2024-07-25", kernel: "5.10.221" },
  "23.05.6": { revision: 24106, date: "2025-08-20", kernel: "5.15.189" },
  "24.10.4": { revision: 28959, date: "2025-10-19", kernel: "6.6.110" },
  "24.10.5": { revision: 29087, date: "2025-12-17", kernel: "6.6.119" },
  "24.10-SNAPSHOT": { revision: 29122, date: "2026-03-02", kernel: "6.6.127" },
  "25.12.0": { revision: 32713, date: "2026-02-14", kernel: "6.12.71" },
  "25.12.1": { revision: 32768, date: "2026-03-11", kernel: "6.12.74" },
  "26.05.0-rc1": { revision: 34410, date: "2026-05-20", kernel: "6.18.21" },
  SNAPSHOT: { revision: 34820, date: "2026-06-10", kernel: "6.18.24", branch: "main" },
};

/** What the mirror has when it is new, oldest first. */
export const RELEASES: readonly Release[] = Object.entries(FACTS).map(([name, facts]) => release(name, facts));

/** @throws if the miniature has none of that name. */
export function releaseNamed(name: string): Release {
  const found = RELEASES.find((known) => known.name === name);
  if (!found) throw new Error(`the miniature has no release ${name}`);
  return found;
}

/** What `.versions.json` says when the mirror is new. */
export const ANNOUNCED = {
  stable: "25.12.1",
  oldstable: "24.10.5",
  upcoming: "26.05.0-rc1",
  /** Newest first. */
  list: ["26.05.0-rc1", "25.12.1", "25.12.0", "24.10.5", "24.10.4", "23.05.6", "22.03.7", "21.02.7"],
};

/** The release that would come after `previous` in its branch: some commits later, with a newer kernel. */
export function successor(previous: Release, name: string): Release {
  const [, line = "", patch = "0"] = /^(.*\.)(\d+)$/.exec(previous.kernel) ?? [];
  return release(name, {
    branch: previous.branch,
    revision: previous.revision + 41,
    date: new Date((previous.time + 28 * 86_400) * 1000).toISOString().slice(0, 10),
    kernel: `${line}${Number(patch) + 5}`,
  });
}

/** A snapshot some commits later, of the same kernel. */
export function rebuilt(previous: Release, commits: number): Release {
  return release(previous.name, {
    branch: previous.branch,
    revision: previous.revision + commits,
    date: new Date((previous.time + 86_400) * 1000).toISOString().slice(0, 10),
    kernel: previous.kernel,
  });
}

function release(name: string, { revision, date, kernel, branch: known }: Facts): Release {
  const branch = known ?? (name.slice(0, 5) as BranchName);
  const path = name === "SNAPSHOT" ? "snapshots" : `releases/${name}`;
  const versionCode = `r${revision}-${hexOf(`commit ${revision}`, 10)}`;
  const apk = branch >= "25.12";
  const json = indexVersionOf(branch);
  return {
    name,
    branch,
    path,
    feedsPath: name === "SNAPSHOT" ? "snapshots/packages" : `releases/packages-${branch}`,
    generation: apk ? "apk" : "opkg",
    // 24.10's were made anew after format 2 came, but not the targets of its earlier releases.
    indexVersion: { feeds: json, target: json === 2 && name === "24.10.4" ? 1 : json },
    revision,
    versionCode,
    time: Date.parse(`${date}T12:00:00Z`) / 1000,
    kernel,
    kmodsApart: branch >= "23.05",
    documents: { profiles: branch >= "21.02", targets: branch >= "21.02" },
    targets: branch <= "18.06" ? OLD_TARGETS : branch <= "22.03" ? TARGETS.slice(0, 2) : TARGETS,
    imagePrefix: imagePrefixOf(name, branch, versionCode),
  };
}

function indexVersionOf(branch: BranchName): 0 | 1 | 2 {
  if (branch < "23.05") return 0;
  return branch < "24.10" ? 1 : 2;
}

function imagePrefixOf(name: string, branch: BranchName, versionCode: string): string {
  if (name === "SNAPSHOT") return "openwrt";
  if (name.endsWith("-SNAPSHOT")) return `openwrt-${branch}-snapshot-${versionCode}`;
  return `${branch === "17.01" ? "lede" : "openwrt"}-${name}`;
}

/** The kernel's build hash, which its modules must match. */
export function vermagicOf({ name, kernel, revision }: Release, target: string): string {
  return createHash("md5").update(`${name} ${kernel} ${revision} ${target}`).digest("hex");
}

/** `6.6.119-1-<vermagic>`: the folder below `kmods/`. */
export function kmodsFolder(release: Release, target: string): string {
  return `${release.kernel}-1-${vermagicOf(release, target)}`;
}

/** So many hex digits that follow from a text. */
export function hexOf(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
