import type { ServerSchemas } from "../../../data/server.ts";
import { Chance } from "../../chance.ts";
import { TARGETS } from "./targets.ts";

type Model = ServerSchemas["Model"];
type Title = ServerSchemas["Title"];

/** Devices that people know, each with the target it belongs to. */
const KNOWN: readonly (readonly [profile: string, target: string, ...titles: Title[]])[] = [
  ["tplink_archer-c7-v2", "ath79/generic", { vendor: "TP-Link", model: "Archer C7", variant: "v2" }],
  ["tplink_archer-c7-v5", "ath79/generic", { vendor: "TP-Link", model: "Archer C7", variant: "v5" }],
  ["openwrt_one", "mediatek/filogic", { vendor: "OpenWrt", model: "One" }],
  [
    "glinet_gl-mt6000",
    "mediatek/filogic",
    { vendor: "GL.iNet", model: "GL-MT6000" },
    { vendor: "GL.iNet", model: "Flint 2" },
  ],
  ["netgear_r7800", "ipq806x/generic", { vendor: "NETGEAR", model: "Nighthawk X4S R7800" }],
  ["avm_fritzbox-4040", "ipq40xx/generic", { vendor: "AVM", model: "FRITZ!Box 4040" }],
  ["linksys_wrt3200acm", "mvebu/cortexa9", { vendor: "Linksys", model: "WRT3200ACM" }],
  ["ubnt_unifi-6-lite", "mediatek/filogic", { vendor: "Ubiquiti", model: "UniFi 6 Lite" }],
  ["rpi-4", "bcm27xx/bcm2711", { vendor: "Raspberry Pi", model: "4B/400/CM4", variant: "64bit" }],
  ["rpi-5", "bcm27xx/bcm2712", { vendor: "Raspberry Pi", model: "5/500/CM5" }],
  // Of somebody who means harm.
  ["evil_router", "ath79/generic", { vendor: "Evil", model: '<img src=x onerror="globalThis.wasRun = true">' }],
  ["generic", "x86/64", { title: "Generic x86/64" }],
  ["friendlyarm_nanopi-r4s", "rockchip/armv8", { vendor: "FriendlyARM", model: "NanoPi R4S", variant: "4GB LPDDR4" }],
];

const VENDORS = [
  ...["TP-Link", "NETGEAR", "ASUS", "D-Link", "Linksys", "Xiaomi", "Zyxel", "Ubiquiti", "MikroTik", "GL.iNet"],
  ...["Cudy", "Buffalo", "Mercusys", "Tenda", "Comfast", "AVM", "Huawei", "Aruba", "Cisco Meraki", "ELECOM"],
  ...["Acer", "Belkin", "devolo", "EnGenius", "Extreme Networks", "I-O DATA", "NEC", "Netis", "Phicomm", "Sercomm"],
] as const;
const SERIES = ["Archer", "Nighthawk", "Range Extender", "Access Point", "Outdoor CPE", "Mesh", "Pro", "Lite"] as const;
const LETTERS = ["AX", "WR", "MR", "RT-AC", "DIR-", "EA", "NBG", "WAX", "RB", "WSR-"] as const;

/** So many, by name: those that people know, and others that could be. */
export function modelsOf(count: number): Model[] {
  const chance = new Chance(2_000);
  const known = KNOWN.map(([profile, target, ...titles]) => ({ profile, target, titles }));
  const models = new Map(known.map((model) => [model.profile, model]));
  while (models.size < count) {
    const vendor = chance.one(VENDORS, 1.6);
    const number = `${chance.one(LETTERS)}${chance.number(10, 99) * 100}`;
    const model = chance.share() < 0.3 ? `${chance.one(SERIES)} ${number}` : number;
    const variant = chance.share() < 0.4 ? { variant: `v${chance.number(1, 4)}` } : {};
    const words = [vendor, model, variant.variant ?? ""].join(" ").trim().toLowerCase();
    const profile = words.replace(/[^a-z0-9]+/, "_").replace(/[^a-z0-9_]+/g, "-");
    models.set(profile, { profile, target: chance.one(TARGETS, 1.4).name, titles: [{ vendor, model, ...variant }] });
  }
  const name = ({ titles: [title] }: Model) =>
    title?.title ?? `${title?.vendor} ${title?.model} ${title?.variant ?? ""}`;
  return [...models.values()].sort((a, b) => name(a).localeCompare(name(b), "en"));
}
