import { beforeAll, expect, test } from "vitest";
import { loadAllUpgradeFacts } from "./all-facts.ts";
import { applyBuildChanges } from "./build-changes.ts";
import type { UpgradeFacts } from "./types.ts";
import { versionOf } from "./upgrade-fixture.ts";

let facts: Pick<UpgradeFacts, "buildRows"> = { buildRows: [] };
beforeAll(async () => {
  const all = await loadAllUpgradeFacts([{ name: "openwrt", continuedBy: null, parent: null }]);
  facts = all.get("openwrt") ?? facts;
});

const MV88 = "kmod-dsa-mv88e6xxx";

// asu-v1 §1.7, last paragraph
test.each<[string, string, string, string[], string[]]>([
  ["23.05.6", "mediatek/mt7622", "any", ["vim"], ["vim", "kmod-mt7622-firmware"]],
  ["24.10.1", "mediatek/mt7622", "any", ["vim"], ["vim", "fitblk"]],
  ["23.05.6", "ath79/generic", "netgear_wndr3700", [], ["kmod-switch-rtl8366s"]],
  ["23.05.6", "ath79/generic", "buffalo_wzr-hp-g300nh-rb", [], ["kmod-switch-rtl8366rb"]],
  ["23.05.6", "ath79/generic", "tplink_archer-c7-v2", ["vim"], ["vim"]],
  ["24.10.1", "ath79/generic", "netgear_wndr3700", ["vim"], ["vim"]],
  ["24.10.1", "x86/64", "generic", ["auc", "vim"], ["owut", "vim"]],
  ["24.10.1", "x86/64", "generic", ["auc", "owut"], ["owut"]],
  ["24.10-SNAPSHOT", "x86/64", "generic", ["auc"], ["owut"]],
  ["23.05.6", "x86/64", "generic", ["auc"], ["auc"]],
  ["25.12.1", "x86/64", "generic", ["auc"], ["auc"]],
  ["24.10.1", "ath79/generic", "tplink_archer-c6-v2", [], ["ipq-wifi-tplink_archer-c6-v2"]],
  ["24.10.1", "mediatek/filogic", "any", [], ["fitblk"]],
  ["24.10.1", "mediatek/mt7623", "any", [], ["fitblk"]],
  ["25.12.1", "mediatek/filogic", "any", [], []],
  ["25.12.1", "kirkwood/generic", "linksys_ea3500", [], [MV88]],
  ["25.12.1", "kirkwood/generic", "zyxel_nsa310b", [], []],
  ["25.12.1", "mvebu/cortexa9", "linksys_wrt3200acm", [], [MV88]],
  ["25.12.1", "mvebu/cortexa53", "methode_udpu", [], [MV88]],
  ["25.12.1", "mvebu/cortexa72", "mikrotik_rb5009", [MV88], [MV88]],
  ["25.12.1", "lantiq/xrx200", "any", [], ["kmod-dsa-gswip"]],
  [
    "25.12.0-rc1",
    "lantiq/xrx200",
    "bt_homehub-v5a",
    [],
    ["kmod-dsa-gswip", "xrx200-rev1.1-phy11g-firmware", "xrx200-rev1.2-phy11g-firmware"],
  ],
  [
    "25.12.1",
    "lantiq/xrx200_legacy",
    "netgear_dm200",
    [],
    ["kmod-dsa-gswip", "xrx200-rev1.1-phy22f-firmware", "xrx200-rev1.2-phy22f-firmware"],
  ],
  ["25.12.1", "bcm53xx/generic", "meraki_mr32", [], ["kmod-hci-uart"]],
  ["25.12.1", "ipq40xx/generic", "linksys_whw03v2", [], ["kmod-hci-uart"]],
  ["25.12.1", "qualcommax/ipq807x", "zyxel_nbg7815", [], ["kmod-hci-uart"]],
  ["25.12.1", "ath79/mikrotik", "any", [], ["kmod-ag71xx-legacy"]],
  ["SNAPSHOT", "x86/64", "generic", ["kmod-nf-conntrack6", "vim", "kmod-lib-crc32c"], ["vim"]],
  ["25.12.1", "x86/64", "generic", ["kmod-lib-crc32c"], ["kmod-lib-crc32c"]],
  ["23.05.6", "x86/64", "generic", ["luci-i18n-opkg-de"], ["luci-i18n-opkg-de"]],
  ["24.10.1", "x86/64", "generic", ["luci-i18n-opkg-zh-cn"], ["luci-i18n-package-manager-zh-cn"]],
  ["SNAPSHOT", "x86/64", "generic", ["luci-i18n-opkg-de"], ["luci-i18n-package-manager-de"]],
  ["21.02.7", "x86/64", "generic", ["luci-i18n-base-en", "luci-i18n-base-de"], ["luci-i18n-base-de"]],
  ["24.10.1", "x86/64", "generic", ["luci-i18n-opkg-en"], []],
  ["24.10.1", "mediatek/filogic", "any", ["-fitblk"], ["-fitblk"]],
])("a build of %s for %s %s with %j is made with %j", (version, target, profile, packages, expected) => {
  const result = applyBuildChanges(versionOf(version), target, profile, packages, facts);
  expect(result.packages).toEqual(expected);
  expect(result.changes.every(({ reason }) => reason.endsWith("."))).toBe(true);
  const again = applyBuildChanges(versionOf(version), target, profile, result.packages, facts);
  expect(again).toEqual({ packages: expected, changes: [] });
});

test("says what it did and why", () => {
  const { changes } = applyBuildChanges(versionOf("24.10.1"), "mediatek/filogic", "any", ["auc"], facts);
  expect(changes).toEqual([
    {
      kind: "rename",
      from: "auc",
      to: "owut",
      reason: "auc is called owut. owut is the successor of the upgrade program auc.",
    },
    { kind: "add", from: null, to: "fitblk", reason: "The device needs fitblk. The device starts from a FIT image." },
  ]);
});

test("the lists name as many devices as their sources", () => {
  const count = (target: RegExp, name: string) =>
    facts.buildRows
      .filter((row) => target.test(row.target ?? "") && row.add?.includes(name))
      .reduce((sum, { profiles }) => sum + (profiles?.length ?? 0), 0);
  expect(count(/^kirkwood/, MV88)).toBe(5);
  expect(count(/^mvebu/, MV88)).toBe(28);
  expect(count(/^ath79/, "kmod-switch-rtl8366s")).toBe(9);
  expect(count(/^lantiq/, "xrx200-rev1.1-phy11g-firmware")).toBe(25);
  expect(count(/^lantiq/, "xrx200-rev1.1-phy22f-firmware")).toBe(8);
});
