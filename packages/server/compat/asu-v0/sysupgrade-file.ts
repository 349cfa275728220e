import type { BuiltImage } from "../../builds/types.ts";

/** As the original looked for it, likeliest first; of several that fit, the first by name. (asu-v0 §2.5) */
const PATTERNS: readonly RegExp[] = [
  /-squashfs-sysupgrade\.bin$/,
  /-squashfs-sysupgrade\.tar$/,
  /-squashfs-nand-sysupgrade\.bin$/,
  /-squashfs\.trx$/,
  /-squashfs\.chk$/,
  /-squashfs\.bin$/,
  /-squashfs-sdcard\.img\.gz$/,
  /-combined-squashfs/,
];
/** What later releases call the same: `…-squashfs-sysupgrade.itb`, `…-squashfs-combined.img.gz`. */
const LATER: readonly Pick<BuiltImage, "type" | "filesystem">[] = [
  { type: "sysupgrade", filesystem: "squashfs" },
  { type: "sysupgrade", filesystem: null },
  { type: "combined", filesystem: "squashfs" },
  { type: "combined-efi", filesystem: "squashfs" },
];
/** The original's last guess took these as well, and no device can be upgraded with them. */
const FOR_OTHER_PURPOSES = /factory|initramfs|kernel|rootfs|installer|recovery/;

/** The file that a device upgrades itself with; null where the build made none. Pure. */
export function sysupgradeFile(images: readonly BuiltImage[]): string | null {
  const sorted = [...images].sort((a, b) => (a.name < b.name ? -1 : 1));
  const first = (fits: (image: BuiltImage) => boolean) => sorted.find(fits)?.name;
  for (const pattern of PATTERNS) {
    const name = first((image) => pattern.test(image.name));
    if (name !== undefined) return name;
  }
  for (const { type, filesystem } of LATER) {
    const name = first((image) => image.type === type && (filesystem === null || image.filesystem === filesystem));
    if (name !== undefined) return name;
  }
  return first(({ name, type }) => name.endsWith(".img.gz") && !FOR_OTHER_PURPOSES.test(type)) ?? null;
}
