/** A target, with what its devices have. */
export interface StandInTarget {
  name: string;
  architecture: string;
  /** Bytes of the largest image, where that is known. */
  imageLimit: number | null;
  /** Bytes of upstream's own image. */
  imageSize: number;
  images: readonly (readonly [type: string, filesystem: string | null, extension: string])[];
}

const MB = 1_048_576;
const FLASH = [
  ["sysupgrade", "squashfs", "bin"],
  ["factory", "squashfs", "bin"],
  ["kernel", null, "bin"],
] as const;
const FIT = [
  ["sysupgrade", "squashfs", "itb"],
  ["factory", "squashfs", "ubi"],
  ["initramfs-recovery", null, "itb"],
  ["preloader", null, "bin"],
] as const;
const CARD = [
  ["sysupgrade", "squashfs", "img.gz"],
  ["factory", "squashfs", "img.gz"],
  ["factory", "ext4", "img.gz"],
  ["sysupgrade", "ext4", "img.gz"],
] as const;
const DISK = [
  ["combined", "squashfs", "img.gz"],
  ["combined-efi", "squashfs", "img.gz"],
  ["combined", "ext4", "img.gz"],
  ["combined-efi", "ext4", "img.gz"],
  ["rootfs", "squashfs", "img.gz"],
  ["kernel", null, "bin"],
] as const;

/** Those with the most devices in front. */
export const TARGETS: readonly StandInTarget[] = [
  target("ath79/generic", "mips_24kc", 15.5 * MB, 7.1 * MB, FLASH),
  target("ramips/mt7621", "mipsel_24kc", 15.8 * MB, 7.9 * MB, FLASH),
  target("mediatek/filogic", "aarch64_cortex-a53", 64 * MB, 11.2 * MB, FIT),
  target("ipq40xx/generic", "arm_cortex-a7_neon-vfpv4", 30 * MB, 9.4 * MB, FLASH),
  target("qualcommax/ipq807x", "aarch64_cortex-a53", 96 * MB, 14.4 * MB, FIT),
  target("ath79/tiny", "mips_24kc", 3.6 * MB, 3.5 * MB, FLASH),
  target("ipq806x/generic", "arm_cortex-a15_neon-vfpv4", 32 * MB, 9.9 * MB, FLASH),
  target("mvebu/cortexa9", "arm_cortex-a9_vfpv3-d16", 80 * MB, 9.1 * MB, FLASH),
  target("bcm27xx/bcm2711", "aarch64_cortex-a72", null, 13.8 * MB, CARD),
  target("bcm27xx/bcm2712", "aarch64_cortex-a76", null, 14.6 * MB, CARD),
  target("rockchip/armv8", "aarch64_generic", null, 12.9 * MB, CARD),
  target("x86/64", "x86_64", null, 12.2 * MB, DISK),
  target("ramips/mt76x8", "mipsel_24kc", 7.8 * MB, 6.8 * MB, FLASH),
  target("lantiq/xrx200", "mips_24kc", null, 7.7 * MB, FLASH),
];

function target(
  name: string,
  architecture: string,
  imageLimit: number | null,
  imageSize: number,
  images: StandInTarget["images"],
): StandInTarget {
  return {
    name,
    architecture,
    imageLimit: imageLimit && Math.round(imageLimit),
    imageSize: Math.round(imageSize),
    images,
  };
}
