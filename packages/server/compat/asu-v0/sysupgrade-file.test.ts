import { expect, test } from "vitest";
import { sysupgradeFile } from "./sysupgrade-file.ts";

/** An image by its name; what its build calls its type where that matters. */
function image(name: string) {
  const [, type = "unknown"] = /-(sysupgrade|factory|combined-efi|combined|sdcard|rootfs)[.-]/.exec(name) ?? [];
  const [, filesystem = null] = /-(squashfs|ext4)/.exec(name) ?? [];
  return { name, type, filesystem, size: 1, sha256: "", sha256Unsigned: null };
}

test.each([
  [["a-squashfs-factory.bin", "a-squashfs-sysupgrade.bin"], "a-squashfs-sysupgrade.bin"],
  [["a-squashfs-sysupgrade.tar", "a-squashfs-nand-sysupgrade.bin"], "a-squashfs-sysupgrade.tar"],
  [["a-squashfs.trx", "a-squashfs-nand-sysupgrade.bin"], "a-squashfs-nand-sysupgrade.bin"],
  [["a-squashfs.bin", "a-squashfs.chk", "a-squashfs.trx"], "a-squashfs.trx"],
  [["a-squashfs.bin", "a-squashfs.chk"], "a-squashfs.chk"],
  [["a-squashfs-sdcard.img.gz", "a-squashfs.bin"], "a-squashfs.bin"],
  [["a-combined-squashfs.img.gz", "a-squashfs-sdcard.img.gz"], "a-squashfs-sdcard.img.gz"],
  [["a-combined-ext4.img.gz", "a-combined-squashfs.img.gz"], "a-combined-squashfs.img.gz"],
  [["b-ext4.img.gz", "a-ext4.img.gz"], "a-ext4.img.gz"],
  // Names that the original's years didn't have.
  [
    ["a-ext4-combined.img.gz", "a-squashfs-combined-efi.img.gz", "a-squashfs-combined.img.gz"],
    "a-squashfs-combined.img.gz",
  ],
  [["a-ext4-sdcard.img.gz", "a-squashfs-sysupgrade.itb"], "a-squashfs-sysupgrade.itb"],
  // A device can't be upgraded with these.
  [["a-squashfs-factory.bin"], null],
  [["a-ext4-rootfs.img.gz", "a-squashfs-factory.img.gz"], null],
  [[], null],
])("of %j it is %s", (names, expected) => {
  expect(sysupgradeFile(names.map(image))).toBe(expected);
});
