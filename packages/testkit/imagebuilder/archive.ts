import type { PackageFile } from "../mirror/formats/package-file.ts";
import { type TarMember, tar } from "../mirror/formats/tar.ts";
import type { Release } from "../mirror/world/releases.ts";
import type { TargetFacts } from "../mirror/world/targets.ts";
import { configText } from "./config.ts";
import { kernelFiles, keyFiles, packageFiles } from "./contents.ts";
import { kernelMk, releaseMk, targetMk, versionMk } from "./make-variables.ts";
import { imageRecipes } from "./recipes.ts";
import { repositoriesFile } from "./repositories.ts";
import { type ArchiveFile, commonFiles } from "./sources.ts";
import { xzStored, zstdStored } from "./stored.ts";
import { targetInfo } from "./target-info.ts";

/**
 * The ImageBuilder of a release and target, as it lies beside their images: the same bytes each time. `local` are the
 * packages it carries itself.
 */
export function imageBuilder(
  release: Release,
  target: TargetFacts,
  local: readonly PackageFile[],
): { name: string; bytes: Buffer } {
  const top = topFolder(release, target.name);
  const files = [...commonFiles(), ...ownFiles(release, target, local)];
  const archive = tar(membersOf(top, files), release.time);
  // Upstream went from xz to zstd in 2024.
  return release.branch >= "24.10"
    ? { name: `${top}.tar.zst`, bytes: zstdStored(archive) }
    : { name: `${top}.tar.xz`, bytes: xzStored(archive) };
}

/** `openwrt-imagebuilder-24.10.5-ath79-generic.Linux-x86_64`; snapshots of the main branch have no number in it. */
function topFolder({ name, imagePrefix }: Release, target: string): string {
  const [distribution = ""] = imagePrefix.split("-");
  const version = name === "SNAPSHOT" ? [] : [name];
  return `${[distribution, "imagebuilder", ...version, target.replace("/", "-")].join("-")}.Linux-x86_64`;
}

/** What is this release's, or this target's. */
function ownFiles(release: Release, target: TargetFacts, local: readonly PackageFile[]): ArchiveFile[] {
  const [board = "", subtarget = ""] = target.name.split("/");
  const image = `target/linux/${board}/image`;
  const texts: Record<string, string> = {
    ".config": configText(release, target),
    ".targetinfo": targetInfo(release),
    "include/kernel.mk": kernelMk(release, target),
    "include/release.mk": releaseMk(release),
    "include/target.mk": targetMk(release, target),
    "include/version.mk": versionMk(release, local),
    [`${image}/Makefile`]: "include $(TOPDIR)/include/image.mk\n",
    [`${image}/${subtarget}.json`]: imageRecipes(release, target),
    ...repositoriesFile(release, target),
  };
  const own = Object.entries(texts).map(([path, text]) => ({ path, content: Buffer.from(text), mode: 0o644 }));
  return [...own, ...keyFiles(release), ...packageFiles(release, target, local), ...kernelFiles(release, target)];
}

/** Folders before what is in them. */
function membersOf(top: string, files: readonly ArchiveFile[]): TarMember[] {
  const folders = new Set<string>([`${top}/`]);
  for (const { path } of files) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1))
      folders.add(`${top}/${path.slice(0, at + 1)}`);
  }
  const members = files.map(({ path, content, mode }) => ({ name: `${top}/${path}`, content, mode }));
  return [...[...folders].map((name) => ({ name })), ...members].sort((a, b) => (a.name < b.name ? -1 : 1));
}
