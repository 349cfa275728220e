import type { Release } from "./releases.ts";

export interface TargetFacts {
  name: string;
  /** The packages' architecture. */
  architecture: string;
  /** Packages every device of it has, beside those of the release. */
  packages: readonly string[];
  profiles: readonly ProfileFacts[];
}

export interface ProfileFacts {
  id: string;
  titles: readonly Readonly<Record<string, string>>[];
  supportedDevices: readonly string[];
  packages: readonly string[];
  images: readonly ImageFacts[];
  /** Bytes an image may have. */
  sizeLimit?: number;
}

export interface ImageFacts {
  type: string;
  /** Null for what has no file system. */
  filesystem: string | null;
  /** What its name ends in: `squashfs-sysupgrade.bin`. */
  suffix: string;
}

const sysupgrade: ImageFacts = { type: "sysupgrade", filesystem: "squashfs", suffix: "squashfs-sysupgrade.bin" };
const itb: ImageFacts = { type: "sysupgrade", filesystem: "squashfs", suffix: "squashfs-sysupgrade.itb" };
const factory: ImageFacts = { type: "factory", filesystem: "squashfs", suffix: "squashfs-factory.bin" };
const kernel: ImageFacts = { type: "kernel", filesystem: null, suffix: "initramfs-kernel.bin" };
const x86 = (type: string, filesystem: string): ImageFacts => ({
  type,
  filesystem,
  suffix: `${filesystem}-${type}.img.gz`,
});
const artifact = (type: string): ImageFacts => ({ type, filesystem: null, suffix: type });
const device = (vendor: string, model: string, variant?: string) => [{ vendor, model, ...(variant && { variant }) }];

const MB = 1_048_576;

const ATH79: TargetFacts = {
  name: "ath79/generic",
  architecture: "mips_24kc",
  packages: ["kmod-gpio-button-hotplug", "swconfig", "kmod-ath9k", "uboot-envtools"],
  profiles: [
    {
      id: "tplink_archer-c7-v2",
      titles: device("TP-Link", "Archer C7", "v2"),
      supportedDevices: ["tplink,archer-c7-v2", "archer-c7"],
      packages: ["kmod-usb2", "kmod-usb-ledtrig-usbport", "kmod-ath10k-ct", "ath10k-firmware-qca988x-ct"],
      images: [sysupgrade, factory, { type: "factory-us", filesystem: "squashfs", suffix: "squashfs-factory-us.bin" }],
      sizeLimit: 15.5 * MB,
    },
    {
      id: "tplink_archer-c6-v2",
      titles: device("TP-Link", "Archer C6", "v2 (EU/RU/JP)"),
      supportedDevices: ["tplink,archer-c6-v2"],
      packages: ["kmod-ath10k-ct", "ath10k-firmware-qca988x-ct"],
      images: [sysupgrade, factory],
      sizeLimit: 7.75 * MB,
    },
    {
      id: "tplink_tl-wdr4300-v1",
      titles: device("TP-Link", "TL-WDR4300", "v1"),
      supportedDevices: ["tplink,tl-wdr4300-v1", "tl-wdr4300"],
      packages: ["kmod-usb2", "kmod-usb-ledtrig-usbport"],
      images: [sysupgrade, factory],
      sizeLimit: 7.875 * MB,
    },
    {
      id: "tplink_tl-wdr3500-v1",
      titles: device("TP-Link", "TL-WDR3500", "v1"),
      supportedDevices: ["tplink,tl-wdr3500-v1", "tl-wdr3500"],
      packages: ["kmod-usb2", "kmod-usb-ledtrig-usbport"],
      images: [sysupgrade, factory],
      sizeLimit: 7.875 * MB,
    },
    {
      id: "ubnt_nanostation-m",
      titles: [...device("Ubiquiti", "Nanostation M"), ...device("Ubiquiti", "Nanobridge M")],
      supportedDevices: ["ubnt,nanostation-m", "nanostation-m"],
      packages: ["-swconfig"],
      images: [sysupgrade, factory],
      sizeLimit: 7.5 * MB,
    },
    {
      id: "buffalo_wzr-hp-g300nh-rb",
      titles: device("Buffalo", "WZR-HP-G300NH (RTL8366RB switch)"),
      supportedDevices: ["buffalo,wzr-hp-g300nh-rb", "wzr-hp-g300nh"],
      packages: ["kmod-usb2", "kmod-usb-ledtrig-usbport", "kmod-switch-rtl8366rb"],
      images: [sysupgrade, factory],
    },
    {
      id: "8dev_carambola2",
      titles: device("8devices", "Carambola2"),
      supportedDevices: ["8dev,carambola2", "carambola2"],
      packages: ["kmod-usb2"],
      images: [sysupgrade, kernel],
      sizeLimit: 15.625 * MB,
    },
    {
      id: "glinet_gl-ar150",
      titles: [{ title: "GL.iNet GL-AR150" }],
      supportedDevices: ["glinet,gl-ar150", "gl-ar150"],
      packages: ["kmod-usb2"],
      images: [sysupgrade],
    },
  ],
};

const X86: TargetFacts = {
  name: "x86/64",
  architecture: "x86_64",
  packages: ["partx-utils", "mkf2fs", "e2fsprogs", "grub2"],
  profiles: [
    {
      id: "generic",
      titles: device("Generic", "x86/64"),
      supportedDevices: [],
      packages: ["kmod-bnx2", "kmod-e1000e", "kmod-igb", "kmod-ixgbe", "kmod-r8169"],
      images: [
        x86("combined-efi", "squashfs"),
        x86("combined", "squashfs"),
        x86("combined-efi", "ext4"),
        x86("combined", "ext4"),
        x86("rootfs", "squashfs"),
        { type: "kernel", filesystem: null, suffix: "kernel.bin" },
      ],
    },
  ],
};

const FILOGIC: TargetFacts = {
  name: "mediatek/filogic",
  architecture: "aarch64_cortex-a53",
  packages: ["kmod-leds-gpio", "kmod-gpio-button-hotplug", "uboot-envtools"],
  profiles: [
    {
      id: "glinet_gl-mt6000",
      titles: device("GL.iNet", "GL-MT6000"),
      supportedDevices: ["glinet,gl-mt6000"],
      packages: ["e2fsprogs", "kmod-mt7915e", "kmod-mt7986-firmware", "kmod-usb3"],
      images: [sysupgrade, factory],
    },
    {
      id: "openwrt_one",
      titles: device("OpenWrt", "One"),
      supportedDevices: ["openwrt,one"],
      packages: ["kmod-mt7915e", "kmod-mt7981-firmware", "kmod-usb3"],
      images: [itb, artifact("snand-preloader.bin"), artifact("snand-factory.ubi")],
    },
    {
      id: "bananapi_bpi-r3",
      titles: device("Bananapi", "BPi-R3"),
      supportedDevices: ["bananapi,bpi-r3"],
      packages: ["e2fsprogs", "kmod-mt7915e", "kmod-mt7986-firmware", "kmod-usb3"],
      images: [itb, { type: "sdcard", filesystem: null, suffix: "sdcard.img.gz" }, artifact("emmc-preloader.bin")],
    },
    {
      id: "cudy_wr3000-v1",
      titles: device("Cudy", "WR3000", "v1"),
      supportedDevices: ["cudy,wr3000-v1", "R31"],
      packages: ["kmod-mt7915e", "kmod-mt7981-firmware"],
      images: [sysupgrade],
      sizeLimit: 15.1875 * MB,
    },
    {
      id: "xiaomi_redmi-router-ax6000-ubootmod",
      titles: [
        ...device("Xiaomi", "Redmi Router AX6000", "(OpenWrt U-Boot layout)"),
        ...device("Xiaomi", "Redmi AX6S Pro", "(OpenWrt U-Boot layout)"),
      ],
      supportedDevices: ["xiaomi,redmi-router-ax6000-ubootmod"],
      packages: ["kmod-mt7915e", "kmod-mt7986-firmware"],
      images: [itb, artifact("preloader.bin")],
    },
  ],
};

const AR71XX: TargetFacts = {
  name: "ar71xx/generic",
  architecture: "mips_24kc",
  packages: ["kmod-gpio-button-hotplug", "swconfig", "kmod-ath9k", "uboot-envtools"],
  profiles: ["tl-wdr4300-v1", "tl-wdr3500-v1", "archer-c7-v2", "ubnt-nano-m", "carambola2", "gl-ar150"].map((id) => ({
    id,
    titles: [{ title: id }],
    supportedDevices: [id],
    packages: [],
    images: [sysupgrade, factory],
  })),
};

const ALL = [ATH79, X86, FILOGIC, AR71XX];

/** @throws for a target the miniature doesn't have. */
export function targetNamed(name: string): TargetFacts {
  const found = ALL.find((target) => target.name === name);
  if (!found) throw new Error(`the miniature has no target ${name}`);
  return found;
}

/** What every image of a release contains, in the order of its make files, which is no order at all. */
export function defaultPackages({ branch, generation }: Release): string[] {
  const nftables = branch >= "22.03";
  const tls = branch >= "23.05" ? "mbedtls" : "wolfssl";
  return [
    "base-files",
    ...(branch >= "21.02" ? ["ca-bundle"] : []),
    "dropbear",
    "fstools",
    "libc",
    "libgcc",
    ...(branch >= "21.02" ? [`libustream-${tls}`] : []),
    "logd",
    "mtd",
    "netifd",
    ...(nftables ? ["nftables-json", "kmod-nft-offload", "firewall4"] : ["iptables", "ip6tables", "firewall"]),
    generation === "apk" ? "apk-mbedtls" : "opkg",
    "uci",
    "uclient-fetch",
    "urandom-seed",
    ...(branch >= "21.02" ? ["urngd", "procd-seccomp", "procd-ujail"] : []),
    "busybox",
    "procd",
    "dnsmasq",
    "odhcp6c",
    "odhcpd-ipv6only",
    "ppp",
    "ppp-mod-pppoe",
    ...(branch >= "21.02" ? [`wpad-basic-${tls}`] : ["wpad-mini"]),
  ];
}
