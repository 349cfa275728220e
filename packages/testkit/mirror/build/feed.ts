import { gzipSync } from "node:zlib";
import { apkIndex } from "../formats/apk-index.ts";
import { apkPackage } from "../formats/apk-package.ts";
import { indexJson } from "../formats/index-json.ts";
import { ipk } from "../formats/ipk.ts";
import { opkgIndex, opkgManifest } from "../formats/opkg-index.ts";
import type { ListedPackage, PackageFile } from "../formats/package-file.ts";
import { MIRROR_KEYS } from "../keys.ts";
import type { Generation, PackageRecord } from "../world/package.ts";
import type { Release } from "../world/releases.ts";
import { contentOf } from "./content.ts";

/** Name → content of a folder's files. */
export type Folder = Map<string, Buffer>;

export interface Feed {
  release: Release;
  /** Null: it is an architecture's, not a target's. */
  target: string | null;
  generation: Generation;
  /** 0: there is none. */
  indexVersion: 0 | 1 | 2;
  architecture: string;
  /** Seconds since 1970. */
  time: number;
}

/** A feed's folder: its packages with `others`, and every index upstream has of them. */
export function feedFolder(records: readonly PackageRecord[], feed: Feed, others: readonly PackageFile[] = []): Folder {
  const packages = [...records.map((record) => packageFile(record, feed)), ...others];
  const folder: Folder = new Map(packages.map(({ filename, bytes }) => [filename, bytes]));
  for (const [name, content] of indexes(packages, feed)) folder.set(name, content);
  return folder;
}

/** The indexes alone. */
export function indexes(
  packages: readonly ListedPackage[],
  { generation, indexVersion, architecture }: Omit<Feed, "release" | "target">,
): Folder {
  const folder: Folder = new Map();
  if (generation === "apk") {
    folder.set("packages.adb", apkIndex(packages, MIRROR_KEYS.apk));
  } else {
    const index = Buffer.from(opkgIndex(packages));
    folder.set("Packages", index);
    folder.set("Packages.gz", gzipSync(index));
    folder.set("Packages.sig", Buffer.from(MIRROR_KEYS.usign.sign(index)));
    folder.set("Packages.manifest", Buffer.from(opkgManifest(packages)));
  }
  if (indexVersion !== 0) {
    const json = indexJson(
      indexVersion,
      architecture,
      packages.map(({ record }) => record),
    );
    folder.set("index.json", Buffer.from(json));
  }
  return folder;
}

/** Packages that fit any architecture are the same file in each. */
const BUILT = new Map<string, PackageFile>();
const MOST_KEPT = 4000;

/** A package's file. */
export function packageFile(record: PackageRecord, { release, target, generation, time }: Feed): PackageFile {
  const key = `${generation} ${time} ${JSON.stringify(record)}`;
  const known = record.architecture === "all" ? BUILT.get(key) : undefined;
  if (known) return known;
  const built = (generation === "apk" ? apkPackage : ipk)(record, contentOf(record, release, target), time);
  if (record.architecture === "all" && BUILT.size < MOST_KEPT) BUILT.set(key, built);
  return built;
}
