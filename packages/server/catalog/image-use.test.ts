import { expect, test } from "vitest";
import { compareImages, imageUse } from "./image-use.ts";

test.each([
  ["sysupgrade", "upgrade"],
  ["nand-sysupgrade", "upgrade"],
  ["combined-efi", "disk"],
  ["sdcard", "disk"],
  ["qcow2", "disk"],
  ["factory-us", "install"],
  ["initramfs-factory", "install"],
  ["recovery", "install"],
  ["initramfs", "boot"],
  ["kernel", "boot"],
  ["rootfs", "part"],
  ["bl31-uboot", "part"],
  ["something new", "part"],
])("an image of type %s is for: %s", (type, use) => expect(imageUse(type)).toBe(use));

test("images are sorted by how likely somebody wants them", () => {
  const images = [
    "rootfs ext4",
    "kernel",
    "combined-efi ext4",
    "factory",
    "combined squashfs",
    "combined-efi squashfs",
    "sysupgrade",
  ];
  const sorted = images
    .map((words) => words.split(" "))
    .map(([type = "", filesystem = null]) => ({ type, filesystem }))
    .sort(compareImages)
    .map(({ type, filesystem }) => (filesystem === null ? type : `${type} ${filesystem}`));
  expect(sorted).toEqual([
    "sysupgrade",
    "combined squashfs",
    "combined-efi squashfs",
    "combined-efi ext4",
    "factory",
    "kernel",
    "rootfs ext4",
  ]);
});
