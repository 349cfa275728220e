import type { BuildError, Stats } from "../../../stats/types.ts";
import type { UpgradeFacts } from "../../../upgrades/types.ts";
import type { World } from "./memory-catalog.ts";

export const CHECKED_AT = new Date("2026-03-01T11:00:00Z");

/** A world like OpenWrt's at the beginning of 2026. */
export function makeWorld(): World {
  return {
    stable: "25.12.1",
    oldstable: "24.10.5",
    upcoming: null,
    versions: [
      "SNAPSHOT",
      ...["25.12.1", "25.12.0", "25.12.0-rc2", "25.12.0-rc1", "25.12-SNAPSHOT"],
      ...["24.10.5", "24.10.0", "24.10-SNAPSHOT"],
      ...["21.02.7", "21.02-SNAPSHOT"],
      ...["19.07.10", "19.07-SNAPSHOT"],
    ],
    disabled: ["19.07"],
    branchOffRevs: { "25.12": 32_295, "24.10": 27_990, "21.02": 15_812 },
    targets: { "ath79/generic": "mips_24kc", "x86/64": "x86_64" },
    profiles: {
      "ath79/generic": {
        "tplink_archer-c7-v2": {
          supported_devices: ["tplink,archer-c7-v2", "archer-c7-v2"],
          titles: [{ vendor: "TP-Link", model: "Archer C7", variant: "v2" }],
          device_packages: ["kmod-ath10k-ct"],
          image_prefix: "openwrt-ath79-generic-tplink_archer-c7-v2",
          images: [{ name: "a-sysupgrade.bin", sha256: "0".repeat(64), type: "sysupgrade", filesystem: "squashfs" }],
        },
        "8dev_carambola2": { supported_devices: ["8dev,carambola2"], images: [], titles: [] },
      },
      "x86/64": { generic: { supported_devices: [], images: [], titles: [] } },
    },
    packages: { vim: "9.1-r1", luci: "26.1", firewall4: "2026-r1" },
    kernelModules: { "kmod-ath9k": "6.12.1-r1" },
    failures: new Map(),
    troubled: new Set(),
    checkedAt: CHECKED_AT,
  };
}

/** The rows of contract asu-v1 §1.6, as far as a test looks at them. */
export const FACTS = {
  revisionRows: [
    { source: "firewall", target: "firewall4", revision: 18_611, mandatory: false },
    { source: "kmod-nft-nat6", target: null, revision: 20_282, mandatory: true },
    { source: "auc", target: "owut", revision: 26_792, mandatory: false },
    { source: "opkg", target: "apk-mbedtls", revision: 28_056, mandatory: false },
    { source: "later", target: "latest", revision: 99_999, mandatory: false },
  ],
} as unknown as UpgradeFacts;

const DAY = new Date("2026-02-28T00:00:00Z");

export const BUILD_ERRORS: BuildError[] = [
  {
    at: new Date("2026-02-28T10:11:12Z"),
    version: "24.10.5",
    target: "ath79/generic",
    profile: "tplink_archer-c7-v2",
    message: `Job ${"ab".repeat(32)} failed\nfor ${"long ".repeat(60)}`,
  },
  { at: new Date("2026-02-27T01:02:03Z"), version: "SNAPSHOT", target: "x86/64", profile: "generic", message: "No" },
];

/** Figures that tell one another apart. */
export function makeStats(): Partial<Stats> & { errors: BuildError[] } {
  const errors: BuildError[] = [];
  return {
    errors,
    queueLength: () => 7,
    builds24h: async () => 42,
    buildsPerDay: async () => [{ day: DAY, requests: 3, hits: 2, failures: 1 }],
    buildsByVersion: async (branch) => ({
      weeks: [DAY, DAY],
      versions: new Map(
        Object.entries({ SNAPSHOT: [9, 9], "24.10.5": [1, 2], "24.10.0": [10, 20], "25.12.1": [5, 5] }).filter(
          ([version]) => branch === undefined || version.startsWith(branch),
        ),
      ),
    }),
    topPackages: async (limit, branch) => [{ name: `vim of ${branch ?? "all"}`, count: limit }],
    buildErrors: async (limit) => ({ total: errors.length, entries: errors.slice(0, limit) }),
  };
}
