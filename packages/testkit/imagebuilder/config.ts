import type { Release } from "../mirror/world/releases.ts";
import type { TargetFacts } from "../mirror/world/targets.ts";

/** `.config`: which file systems are made and how large partitions are; the only place where that can be changed. */
export function configText(release: Release, { name, architecture, profiles }: TargetFacts): string {
  const [board = "", subtarget = ""] = name.split("/");
  const disk = profiles.some(({ images }) => images.some(({ type }) => type.startsWith("combined")));
  const filesystems = new Set(
    profiles.flatMap(({ images }) => images.map(({ filesystem }) => filesystem ?? "squashfs")),
  );
  const settings: Record<string, string | boolean | number> = {
    [`CONFIG_TARGET_${board}`]: true,
    [`CONFIG_TARGET_${board}_${subtarget}`]: true,
    CONFIG_TARGET_MULTI_PROFILE: true,
    CONFIG_TARGET_BOARD: board,
    CONFIG_TARGET_SUBTARGET: subtarget,
    CONFIG_TARGET_ARCH_PACKAGES: architecture,
    CONFIG_TARGET_ROOTFS_SQUASHFS: filesystems.has("squashfs"),
    CONFIG_TARGET_ROOTFS_EXT4FS: filesystems.has("ext4"),
    CONFIG_TARGET_ROOTFS_TARGZ: false,
    ...(disk && { CONFIG_GRUB_IMAGES: true, CONFIG_GRUB_EFI_IMAGES: true }),
    CONFIG_TARGET_KERNEL_PARTSIZE: 16,
    CONFIG_TARGET_ROOTFS_PARTSIZE: 104,
    CONFIG_USE_APK: release.generation === "apk",
    CONFIG_SIGNATURE_CHECK: release.branch >= "21.02",
    CONFIG_JSON_OVERVIEW_IMAGE_INFO: release.branch >= "21.02",
    CONFIG_VERSION_DIST: "OpenWrt",
    CONFIG_VERSION_NUMBER: release.name === "SNAPSHOT" ? "" : release.name,
    CONFIG_VERSION_CODE: release.versionCode,
    CONFIG_VERSION_REPO: repositoryOf(release),
  };
  return `${Object.entries(settings).map(line).join("\n")}\n`;
}

/** Where files of archives say that packages come from: upstream's own address, whichever mirror they lie on. */
export function repositoryOf({ path }: Release): string {
  const other = /^(\w+)\/(releases\/.*)$/.exec(path);
  return other && other[1] !== "releases"
    ? `https://downloads.${other[1]}.example.org/${other[2]}`
    : `https://downloads.openwrt.org/${path}`;
}

function line([name, value]: [string, string | boolean | number]): string {
  if (value === false) return `# ${name} is not set`;
  return `${name}=${value === true ? "y" : typeof value === "number" ? value : `"${value}"`}`;
}
