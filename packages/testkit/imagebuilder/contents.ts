import type { PackageFile } from "../mirror/formats/package-file.ts";
import { MIRROR_KEYS } from "../mirror/keys.ts";
import { hexOf, type Release } from "../mirror/world/releases.ts";
import type { TargetFacts } from "../mirror/world/targets.ts";
import type { ArchiveFile } from "./sources.ts";

const README = "Packages that are put here can be installed like those of the feeds.\n";

/** The keys that feeds are signed with. opkg finds one by its number, apk by trying each. */
export function keyFiles({ generation, branch }: Release): ArchiveFile[] {
  if (branch < "21.02") return [];
  const { usign, apk } = MIRROR_KEYS;
  return generation === "apk"
    ? [file("keys/miniature.pem", apk.pem)]
    : [file(`keys/${usign.fingerprint}`, usign.public)];
}

/** What is installed from the ImageBuilder itself, where its generation looks for it. */
export function packageFiles(release: Release, target: TargetFacts, local: readonly PackageFile[]): ArchiveFile[] {
  const apk = release.generation === "apk";
  const folder = apk ? "packages" : `${kernelFolder(target)}/linux-${release.kernel}`;
  const packages = local.map(({ filename, bytes }) => ({ path: `${folder}/${filename}`, content: bytes, mode: 0o644 }));
  return [file("packages/README.md", README), ...(apk ? [] : [file("packages/Packages", "")]), ...packages];
}

/** A kernel for each device, built long ago: some kilobytes that are like no other's. */
export function kernelFiles(release: Release, target: TargetFacts): ArchiveFile[] {
  return target.profiles.map(({ id }) => {
    const seed = hexOf(`${release.versionCode} ${release.kernel} ${id}`, 64);
    return file(
      `${kernelFolder(target)}/${id}-kernel.bin`,
      `kernel ${release.kernel} of ${id}\n${`${seed}\n`.repeat(60)}`,
    );
  });
}

function kernelFolder({ name, architecture }: TargetFacts): string {
  return `build_dir/target-${architecture}_musl/linux-${name.replace("/", "_")}`;
}

function file(path: string, text: string): ArchiveFile {
  return { path, content: Buffer.from(text), mode: 0o644 };
}
