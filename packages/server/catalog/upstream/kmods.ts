import { objectAt } from "./fields.ts";
import { nameAt } from "./names.ts";

/**
 * Where the kernel modules of a target lie, below the version's folder:
 * `targets/ath79/generic/kmods/6.6.67-1-987472f7…`. The last part is `Target.kmods`.
 */
export function kmodsPath(target: string, kmods: string): string {
  return `targets/${target}/kmods/${kmods}`;
}

/**
 * The name of that last part, `<version>-<release>-<vermagic>`, from `linux_kernel` of a profiles.json. Null where kernel
 * modules lie among the target's packages: before 23.05.6 (asu-v1 §1.6), and where the file doesn't tell.
 */
export function kmodsFolder(linuxKernel: unknown, versionNumber: string, where: string): string | null {
  if (linuxKernel === undefined || linuxKernel === null || isBefore2305_6(versionNumber)) return null;
  const kernel = objectAt(linuxKernel, where);
  const parts = ["version", "release", "vermagic"].map((part) => nameAt("file", kernel[part], `${where}.${part}`));
  return nameAt("file", parts.join("-"), where);
}

/** Only a version of the usual form can be: another distribution's own numbers mean nothing here. */
function isBefore2305_6(version: string): boolean {
  const [, major, minor, patch] = /^(1[789]|2\d)\.(\d\d)(?:\.(\d+))?/.exec(version) ?? [];
  if (major === undefined) return false;
  const branch = Number(`${major}${minor}`);
  if (branch !== 2305) return branch < 2305;
  // 23.05-SNAPSHOT has no third part, and has the folders.
  return patch !== undefined && Number(patch) < 6;
}
