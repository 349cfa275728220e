import type { PackageFile } from "../mirror/formats/package-file.ts";
import { type Release, vermagicOf } from "../mirror/world/releases.ts";
import type { TargetFacts } from "../mirror/world/targets.ts";

const CPUS: Record<string, string> = { mips_24kc: "mips", x86_64: "x86_64", "aarch64_cortex-a53": "aarch64" };

/** `make info` shows the processor's architecture, not that of packages. */
export function cpuOf(architecture: string): string {
  return CPUS[architecture] ?? architecture;
}

/** Which target this is the ImageBuilder of. */
export function targetMk(release: Release, { name, architecture }: TargetFacts): string {
  const [board = "", subtarget = ""] = name.split("/");
  return `${variables({
    BOARD: board,
    SUBTARGET: subtarget,
    TARGETID: name,
    ARCH: cpuOf(architecture),
    ARCH_PACKAGES: architecture,
    LINUX_VERSION: release.kernel,
  })}export BOARD SUBTARGET ARCH_PACKAGES\n`;
}

/** The revision, and versions of what was built with it and can only be used with it. */
export function versionMk(release: Release, local: readonly PackageFile[]): string {
  const versionOf = (name: string) => local.find(({ record }) => record.baseName === name)?.record.version ?? "";
  return variables({
    VERSION_NUMBER: release.name,
    REVISION: release.versionCode,
    SOURCE_DATE_EPOCH: String(release.time),
    ...(release.generation === "apk" && {
      BASE_FILES_VERSION: versionOf("base-files"),
      LIBC_VERSION: versionOf("libc"),
      KERNEL_VERSION: versionOf("kernel"),
    }),
  });
}

export function kernelMk(release: Release, { name }: TargetFacts): string {
  return variables({ LINUX_RELEASE: "1", LINUX_VERMAGIC: vermagicOf(release, name) });
}

/** What an ImageBuilder of this time can do; the Makefile is the same for all. */
export function releaseMk({ branch, imagePrefix }: Release): string {
  const since: Record<string, string> = {
    HAS_CURRENT_REVISION: "21.02",
    HAS_IMAGE_METADATA: "21.02",
    HAS_PROFILES_JSON: "21.02",
    HAS_CURRENT_ARCHITECTURE: "22.03",
    HAS_STRIP_ABI: "22.03",
    HAS_ROOTFS_PARTSIZE: "23.05",
    HAS_SBOM: "24.10",
    HAS_ROOTFS_FILESYSTEM: "26.05",
  };
  const abilities = Object.entries(since).map(([name, first]) => [name, branch >= first ? "1" : ""]);
  return variables({ IMAGE_DIST: imagePrefix, ...Object.fromEntries(abilities) });
}

function variables(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}:=${value}\n`)
    .join("");
}
