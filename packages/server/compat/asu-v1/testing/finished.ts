import type { Build, BuildResult } from "../../../builds/types.ts";

const IMAGE = {
  name: "openwrt-24.10.5-d6d9ee5ba0a5-ath79-generic-tplink_archer-c7-v2-squashfs-sysupgrade.bin",
  sha256: "5".repeat(64),
  size: 8_000_000,
  type: "sysupgrade",
  filesystem: "squashfs",
  sha256Unsigned: "6".repeat(64),
};
const KERNEL = {
  name: "kernel.bin",
  sha256: "7".repeat(64),
  size: 9,
  type: "kernel",
  filesystem: null,
  sha256Unsigned: null,
};

export const RESULT: BuildResult = {
  versionCode: "r29087-d9c5716d1d",
  versionNumber: "24.10.5",
  sourceDateEpoch: 1_766_000_000,
  images: [IMAGE, KERNEL],
  files: [IMAGE, KERNEL, { name: "build.log", sha256: "8".repeat(64), size: 100 }],
  manifest: { "base-files": "1~d9c5716d1d", vim: "9.1-r1" },
  packages: ["-ppp", "vim"],
  changes: [],
  warnings: [],
  target: {
    metadata_version: 1,
    target: "ath79/generic",
    version_code: "r29087-d9c5716d1d",
    version_number: "24.10.5",
    source_date_epoch: 1_766_000_000,
    arch_packages: "mips_24kc",
    default_packages: ["base-files"],
  },
  profile: {
    image_prefix: "openwrt-24.10.5-ath79-generic-tplink_archer-c7-v2",
    supported_devices: ["tplink,archer-c7-v2"],
    titles: [{ vendor: "TP-Link", model: "Archer C7", variant: "v2" }],
    device_packages: ["kmod-ath10k-ct"],
    images: [{ name: IMAGE.name, sha256: "not the store's" }],
  },
};

const COMMAND = [
  "make",
  "image",
  "PROFILE=tplink_archer-c7-v2",
  "PACKAGES=-ppp vim",
  "EXTRA_IMAGE_NAME=d6d9ee5ba0a5",
  "BIN_DIR=/output",
  "ROOTFS_PARTSIZE=256",
];

/** What a build becomes that comes to its images. */
export const DONE: Partial<Build> = {
  state: "done",
  step: "publish",
  position: null,
  attempt: 1,
  startedAt: new Date("2026-03-01T11:59:10Z"),
  finishedAt: new Date("2026-03-01T11:59:40Z"),
  expiresAt: new Date("2026-03-02T11:59:40Z"),
  command: COMMAND,
  result: RESULT,
};

/** What a build becomes of which make says no. */
export const FAILED: Partial<Build> = {
  ...DONE,
  state: "failed",
  step: "resolve",
  command: null,
  result: null,
  failure: {
    code: "missing_package",
    sentence: "There is no package nonsense, which luci-app-nonsense needs.",
    culprits: [
      {
        kind: "package",
        name: "nonsense",
        with: ["luci-app-nonsense"],
        detail: "There is no package nonsense, which luci-app-nonsense needs.",
      },
      { kind: "conflict", name: "wpad", with: ["wpad-basic"], detail: "wpad can't be together with wpad-basic." },
    ],
    isPassing: false,
  },
};
