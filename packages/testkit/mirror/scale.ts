import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { apkIndex } from "./formats/apk-index.ts";
import { indexJson } from "./formats/index-json.ts";
import { opkgIndex } from "./formats/opkg-index.ts";
import type { ListedPackage } from "./formats/package-file.ts";
import { MIRROR_KEYS } from "./keys.ts";
import { DiskTree, type Tree } from "./tree.ts";
import type { Generation, PackageRecord } from "./world/package.ts";

/** Rows of packages = all four multiplied. */
export interface ScaleOptions {
  /** Half of them are of the opkg generation, half of apk. Default: 4. */
  versions?: number;
  /** Each has one target and its own architecture. Default: 25. */
  targets?: number;
  /** Default: 5. */
  feeds?: number;
  /** Default: 2000. */
  packagesPerFeed?: number;
}

const TIME = Date.parse("2026-01-01T00:00:00Z") / 1000;
const FEEDS = ["base", "luci", "packages", "routing", "telephony"];
const ARCHITECTURE = "@architecture@";

/**
 * Writes a mirror with many packages to an empty folder, by default 1,000,000 rows: indexes only, no files of packages.
 * Serve it with `MirrorServer.start({ dir, asIs: true })`. Answers the versions.
 */
export function scaleMirror(dir: string, options: ScaleOptions = {}): string[] {
  const { versions = 4, targets = 25, feeds = 5, packagesPerFeed = 2000 } = options;
  mkdirSync(dir, { recursive: true });
  const tree = new DiskTree(dir);
  const names = Array.from({ length: versions }, (_, at) => `${at % 2 ? "24.10" : "25.12"}.${Math.floor(at / 2)}`);
  const architectures = Array.from({ length: targets }, (_, at) => `scale_arch${at}`);
  for (const name of names) writeVersion(tree, name, architectures, feedNames(feeds), packagesPerFeed);
  const list = [...names].sort().reverse();
  const stable = list[0] ?? "";
  const oldstable = list.find((name) => name.startsWith("24.10")) ?? "";
  put(tree, ".versions.json", {
    stable_version: stable,
    oldstable_version: oldstable,
    upcoming_version: "",
    versions_list: list,
  });
  return names;
}

function feedNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => FEEDS[at] ?? `feed${at}`);
}

function writeVersion(
  tree: Tree,
  name: string,
  architectures: readonly string[],
  feeds: readonly string[],
  count: number,
): void {
  const generation: Generation = name.startsWith("24.10") ? "opkg" : "apk";
  const path = `releases/${name}`;
  const targets = architectures.map((architecture, at) => ({ name: `scale/t${at}`, architecture }));
  put(tree, `${path}/.targets.json`, Object.fromEntries(targets.map((target) => [target.name, target.architecture])));
  put(tree, `${path}/.overview.json`, {
    release: name,
    profiles: targets.map((target) => ({ id: "generic", target: target.name, titles: [{ title: target.name }] })),
  });
  for (const target of targets) writeTarget(tree, path, name, target, generation);
  const conf = feeds.map((feed) => `src-git ${feed} https://git.example.org/${feed}.git\n`).join("");
  for (const architecture of architectures) tree.put(`${path}/packages/${architecture}/feeds.conf`, conf, TIME);
  for (const feed of feeds) {
    const packages = Array.from({ length: count }, (_, at) => listed(name, feed, at, ARCHITECTURE));
    const text = generation === "opkg" ? opkgIndex(packages) : "";
    for (const architecture of architectures) {
      const folder = `${path}/packages/${architecture}/${feed}`;
      if (generation === "opkg") writeOpkg(tree, folder, text.replaceAll(ARCHITECTURE, architecture));
      else
        tree.put(
          `${folder}/packages.adb`,
          apkIndex(
            packages.map((row) => withArchitecture(row, architecture)),
            MIRROR_KEYS.apk,
          ),
          TIME,
        );
      const records = packages.map(({ record }) => record);
      tree.put(`${folder}/index.json`, indexJson(2, architecture, records), TIME);
    }
  }
}

function writeOpkg(tree: Tree, folder: string, index: string): void {
  tree.put(`${folder}/Packages`, index, TIME);
  // As real mirrors have it: to compress it for each who asks would cost the mirror more than its reader.
  tree.put(`${folder}/Packages.gz`, gzipSync(index, { level: 5 }), TIME);
  tree.put(`${folder}/Packages.sig`, MIRROR_KEYS.usign.sign(Buffer.from(index)), TIME);
}

function writeTarget(
  tree: Tree,
  path: string,
  version: string,
  { name, architecture }: { name: string; architecture: string },
  generation: Generation,
): void {
  const folder = `${path}/targets/${name}`;
  const code = `r30000-${digest(version).toString("hex").slice(0, 10)}`;
  const vermagic = digest(`${version} ${name}`).toString("hex").slice(0, 32);
  const profiles = Buffer.from(
    JSON.stringify({
      arch_packages: architecture,
      default_packages: ["base-0", "base-1", "base-2"],
      linux_kernel: { release: "1", vermagic, version: "6.12.1" },
      metadata_version: 1,
      profiles: { generic: { device_packages: [], images: [], supported_devices: [], titles: [{ title: name }] } },
      source_date_epoch: TIME,
      target: name,
      version_code: code,
      version_number: version,
    }),
  );
  tree.put(`${folder}/profiles.json`, profiles, TIME);
  const sums = `${createHash("sha256").update(profiles).digest("hex")} *profiles.json\n`;
  tree.put(`${folder}/sha256sums`, sums, TIME);
  tree.put(`${folder}/sha256sums.sig`, MIRROR_KEYS.usign.sign(Buffer.from(sums)), TIME);
  for (const feed of ["packages", `kmods/6.12.1-1-${vermagic}`]) {
    const packages = Array.from({ length: 10 }, (_, at) =>
      listed(version, feed.split("/")[0] ?? feed, at, architecture),
    );
    if (generation === "opkg") writeOpkg(tree, `${folder}/${feed}`, opkgIndex(packages));
    else tree.put(`${folder}/${feed}/packages.adb`, apkIndex(packages, MIRROR_KEYS.apk), TIME);
    const records = packages.map(({ record }) => record);
    tree.put(`${folder}/${feed}/index.json`, indexJson(2, architecture, records), TIME);
  }
}

/** Two thirds of the packages are the same in every release. */
function listed(version: string, feed: string, at: number, architecture: string): ListedPackage {
  const name = `${feed}-${at}`;
  const moved = at % 3 === 0 ? Number(version.slice(-1)) + (version.startsWith("25") ? 10 : 0) : 0;
  const release = `${1 + (at % 7)}.${at % 23}.${moved}-r${1 + (at % 4)}`;
  const hash = digest(`${name} ${release}`);
  const record: PackageRecord = {
    name,
    baseName: name,
    abi: "",
    version: release,
    architecture,
    depends: ["libc", ...(at > 2 ? [`${feed}-${at >> 1}`, `${feed}-${at % 3}`] : [])],
    conflicts: [],
    provides: [],
    section: "net",
    description: `Package ${at} of ${feed}, which is one of many that are here to be counted`,
    essential: false,
  };
  return {
    record,
    filename: `${name}_${release}_${architecture}.ipk`,
    size: 2000 + (hash.readUInt16LE(0) << 3),
    sha256: hash.toString("hex"),
    installedSize: 8000 + (hash.readUInt16LE(2) << 4),
    digest: hash,
  };
}

function withArchitecture(row: ListedPackage, architecture: string): ListedPackage {
  return { ...row, record: { ...row.record, architecture } };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function put(tree: Tree, path: string, document: object): void {
  tree.put(path, JSON.stringify(document), TIME);
}
