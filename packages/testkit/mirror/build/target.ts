import { createHash } from "node:crypto";
import { imageBuilder } from "../../imagebuilder/archive.ts";
import { type BuiltImage, imagePrefix, profilesJson } from "../formats/profiles.ts";
import { MIRROR_KEYS } from "../keys.ts";
import type { Tree } from "../tree.ts";
import { FEED_NAMES, feedRecords, kmodRecords, localRecords, type Overrides, targetRecords } from "../world/feeds.ts";
import { hexOf, kmodsFolder, type Release } from "../world/releases.ts";
import { defaultPackages, type ProfileFacts, type TargetFacts, targetNamed } from "../world/targets.ts";
import { type Folder, feedFolder, packageFile } from "./feed.ts";

/** Writes `targets/<target>/` of a release. */
export function buildTarget(tree: Tree, release: Release, name: string, overrides?: Overrides): void {
  const target = targetNamed(name);
  const files: Folder = new Map();
  const images = new Map(target.profiles.map((profile) => [profile.id, buildImages(files, release, target, profile)]));
  const feed = {
    release,
    target: name,
    generation: release.generation,
    indexVersion: release.indexVersion.target,
    architecture: target.architecture,
    time: release.time,
  };
  const records = targetRecords(release, target, overrides);
  add(files, "packages", feedFolder(records, feed));
  if (release.kmodsApart) {
    const kmods = feedFolder(kmodRecords(release, target, overrides), feed);
    add(files, `kmods/${kmodsFolder(release, name)}`, kmods);
  }
  if (release.documents.profiles) files.set("profiles.json", Buffer.from(profilesJson(release, target, images)));
  const base = `${release.imagePrefix}-${name.replace("/", "-")}`;
  files.set(`${base}.manifest`, Buffer.from(manifest(release, target)));
  files.set("version.buildinfo", Buffer.from(`${release.versionCode}\n`));
  files.set("config.buildinfo", Buffer.from(configBuildinfo(target)));
  files.set("feeds.buildinfo", Buffer.from(feedsBuildinfo(release)));
  const local = localRecords(release, target).map((record) => packageFile(record, feed));
  const archive = imageBuilder(release, target, local);
  files.set(archive.name, archive.bytes);
  const sums = Buffer.from(sha256sums(files));
  files.set("sha256sums", sums);
  files.set("sha256sums.sig", Buffer.from(MIRROR_KEYS.usign.sign(sums)));
  const folder = `${release.path}/targets/${name}`;
  for (const [path, bytes] of files) tree.put(`${folder}/${path}`, bytes, release.time);
}

function add(files: Folder, folder: string, content: Folder): void {
  for (const [name, bytes] of content) files.set(`${folder}/${name}`, bytes);
}

/** `<64 hex> *<path>`, recursive, as the build farm makes it. */
export function sha256sums(files: ReadonlyMap<string, Uint8Array>): string {
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, bytes]) => `${createHash("sha256").update(bytes).digest("hex")} *${path}\n`)
    .join("");
}

/** Images are small, but real files: their hashes and sizes are true. */
function buildImages(files: Folder, release: Release, { name }: TargetFacts, profile: ProfileFacts): BuiltImage[] {
  return profile.images.map(({ type, filesystem, suffix }) => {
    const file = `${imagePrefix(release, name, profile.id)}-${suffix}`;
    const seed = hexOf(`${release.versionCode} ${file}`, 64);
    const unsigned = Buffer.from(`${file}\n${`${seed}\n`.repeat(20 + (Number.parseInt(seed.slice(0, 2), 16) % 60))}`);
    const signed = release.generation === "opkg" && type === "sysupgrade";
    const bytes = signed ? Buffer.concat([unsigned, Buffer.from(`FWx0 signed ${seed}\n`)]) : unsigned;
    files.set(file, bytes);
    return {
      name: file,
      type,
      filesystem,
      sha256: sha256(bytes),
      unsignedSha256: sha256(unsigned),
      size: bytes.length,
    };
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What the target's default image has installed: `name - version`. */
function manifest(release: Release, target: TargetFacts): string {
  const wanted = new Set([...defaultPackages(release), ...target.packages, "kernel"]);
  const all = [
    ...localRecords(release, target),
    ...targetRecords(release, target),
    ...kmodRecords(release, target),
    ...FEED_NAMES.flatMap((feed) => feedRecords(release, feed, target.architecture)),
  ];
  const lines = all.filter(({ baseName }) => wanted.has(baseName)).map(({ name, version }) => `${name} - ${version}\n`);
  return [...new Set(lines)].sort().join("");
}

function configBuildinfo({ name, architecture }: TargetFacts): string {
  const [board = "", subtarget = ""] = name.split("/");
  return [
    `CONFIG_TARGET_${board}=y`,
    `CONFIG_TARGET_${board}_${subtarget}=y`,
    "CONFIG_TARGET_MULTI_PROFILE=y",
    "CONFIG_TARGET_ALL_PROFILES=y",
    `CONFIG_TARGET_ARCH_PACKAGES="${architecture}"`,
    "CONFIG_ALL_NONSHARED=y",
    "",
  ].join("\n");
}

/** One line a feed that isn't the distribution's own. */
export function feedsBuildinfo({ revision }: Release): string {
  return FEED_NAMES.filter((feed) => feed !== "base")
    .map((feed) => `src-git ${feed} https://git.example.org/feed/${feed}.git^${hexOf(`${feed} ${revision}`, 40)}\n`)
    .join("");
}
