import { gzipSync } from "node:zlib";
import { apkIndex } from "../formats/apk-index.ts";
import { apkPackage } from "../formats/apk-package.ts";
import { indexJson } from "../formats/index-json.ts";
import { ipk } from "../formats/ipk.ts";
import { opkgIndex, opkgManifest } from "../formats/opkg-index.ts";
import type { ContentFile, ListedPackage, PackageFile } from "../formats/package-file.ts";
import { MIRROR_KEYS } from "../keys.ts";
import type { Generation, PackageRecord } from "../world/package.ts";
import { hexOf } from "../world/releases.ts";

/** Name → content of a folder's files. */
export type Folder = Map<string, Buffer>;

export interface Feed {
  generation: Generation;
  /** 0: there is none. */
  indexVersion: 0 | 1 | 2;
  architecture: string;
  /** Seconds since 1970. */
  time: number;
}

/** A feed's folder: its packages, and every index upstream has of them. */
export function feedFolder(records: readonly PackageRecord[], feed: Feed): Folder {
  const packages = records.map((record) => packageFile(record, feed));
  const folder: Folder = new Map(packages.map(({ filename, bytes }) => [filename, bytes]));
  for (const [name, content] of indexes(packages, feed)) folder.set(name, content);
  return folder;
}

/** The indexes alone. */
export function indexes(packages: readonly ListedPackage[], { generation, indexVersion, architecture }: Feed): Folder {
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

function packageFile(record: PackageRecord, { generation, time }: Feed): PackageFile {
  const key = `${generation} ${time} ${JSON.stringify(record)}`;
  const known = record.architecture === "all" ? BUILT.get(key) : undefined;
  if (known) return known;
  const built = (generation === "apk" ? apkPackage : ipk)(record, contentOf(record), time);
  if (record.architecture === "all" && BUILT.size < MOST_KEPT) BUILT.set(key, built);
  return built;
}

const FOLDERS: Record<string, string> = {
  libs: "usr/lib",
  kernel: "lib/modules",
  firmware: "lib/firmware",
  luci: "www/luci",
};

/** One file, at a place its kind of package has it: some hundred bytes that follow from name and version. */
function contentOf({ baseName, version, section, description }: PackageRecord): ContentFile[] {
  const folder = FOLDERS[section] ?? "usr/bin";
  const seed = hexOf(`${baseName} ${version}`, 64);
  const content = `# ${baseName} ${version}\n# ${description}\n${`${seed}\n`.repeat(2 + (Number.parseInt(seed.slice(0, 2), 16) % 30))}`;
  return [{ path: `${folder}/${baseName}`, content: Buffer.from(content) }];
}
