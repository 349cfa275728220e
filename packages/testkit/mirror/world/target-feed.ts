import { parseRows } from "./package.ts";

/** Packages that are built for one target. `base-files`' version has the revision, the C library's is pinned. */
export const TARGET_FEED = parseRows(`
base-files | base | base | libc netifd procd jsonfilter usign openwrt-keyring fstools fwtool | Filesystem skeleton and basic scripts of the distribution | essential
libgcc | libs | 17.01:5.4.0-1 18.06:7.3.0-1 21.02:8.4.0-3 22.03:11.2.0-4 23.05:12.3.0-4 24.10:13.3.0-4 25.12:14.3.0-5 | libc | GCC support library | abi=1
libatomic | libs | 17.01:5.4.0-1 18.06:7.3.0-1 21.02:8.4.0-3 22.03:11.2.0-4 23.05:12.3.0-4 24.10:13.3.0-4 25.12:14.3.0-5 | libc | Atomic support library | abi=1
libstdcpp | libs | 17.01:5.4.0-1 18.06:7.3.0-1 21.02:8.4.0-3 22.03:11.2.0-4 23.05:12.3.0-4 24.10:13.3.0-4 25.12:14.3.0-5 | libgcc | GNU Standard C++ Library v3 | abi=6
libpthread | libs | 17.01:1.1.16-1 18.06:1.1.19-1 21.02:1.1.24-3 22.03:1.2.3-4 23.05:1.2.4-4 24.10:1.2.5-4 25.12:1.2.5-5 | libgcc | POSIX thread library
librt | libs | 17.01:1.1.16-1 18.06:1.1.19-1 21.02:1.1.24-3 22.03:1.2.3-4 23.05:1.2.4-4 24.10:1.2.5-4 25.12:1.2.5-5 | libpthread | POSIX.1b real-time library
libc | base | 25.12:1.2.5-5 | libgcc | C library | essential
kernel | sys | 25.12:kernel | libc | Virtual kernel package | essential
uboot-envtools | utils | 17.01:2015.10-1 18.06:2018.03-3 21.02:2020.04-3 22.03:2022.01-1 23.05:2023.04-1 24.10:2024.07-1 25.12:2025.10-1 | libc | read/modify U-Boot bootloader environment
fitblk | utils | 24.10:2 | libc | fitblk firmware release tool | only=mediatek/filogic
mt7988-wo-firmware | firmware | 24.10:20241110-2 25.12:20251021-1 | libc | MT7988 offload firmware | only=mediatek/filogic
mt7981-wo-firmware | firmware | 24.10:20241110-2 25.12:20251021-1 | libc | MT7981 offload firmware | only=mediatek/filogic
grub2 | boot | 17.01:2.02-beta2 21.02:2.04-2 22.03:2.06-4 23.05:2.06-5 24.10:2.12-1 25.12:2.12-2 | libc | GRand Unified Bootloader (pc) | only=x86/64
grub2-efi | boot | 21.02:2.04-2 22.03:2.06-4 23.05:2.06-5 24.10:2.12-1 25.12:2.12-2 | libc | GRand Unified Bootloader (efi) | only=x86/64
intel-microcode | firmware | 21.02:20210608-1 22.03:20220207-1 23.05:20230808-1 24.10:20250812-1 25.12:20251111-1 | libc | Intel x86 CPU microcode | only=x86/64
bnx2-firmware | firmware | 18.06:20180518-1 21.02:20201118-3 22.03:20220411-1 23.05:20230804-1 24.10:20241110-2 25.12:20251021-1 | libc | Broadcom NetXtreme II firmware | only=x86/64
r8169-firmware | firmware | 18.06:20180518-1 21.02:20201118-3 22.03:20220411-1 23.05:20230804-1 24.10:20241110-2 25.12:20251021-1 | libc | RealTek RTL8169 firmware | only=x86/64
partx-utils | utils | 17.01:2.29.2-1 18.06:2.32-2 21.02:2.36.1-2 22.03:2.37.4-1 23.05:2.39-2 24.10:2.40.2-1 25.12:2.41.2-1 | libc | inform kernel about the presence and numbering of on-disk partitions | only=x86/64
`);

/** What opkg's ImageBuilders carry themselves, because no index has it. */
export const LOCAL_PACKAGES = parseRows(`
libc | base | 17.01:1.1.16-1 18.06:1.1.19-1 21.02:1.1.24-3 22.03:1.2.3-4 23.05:1.2.4-4 24.10:1.2.5-4 25.12:- | | C library | essential
kernel | sys | kernel 25.12:- | libc | Virtual kernel package | essential
`);

/** Kernel modules: their version is the kernel's, and each depends on just that kernel. */
export const KERNEL_MODULES = parseRows(`
kmod-ath | kernel | kernel | kmod-mac80211 | Atheros common driver part | only=ath79/generic,ar71xx/generic,x86/64
kmod-ath9k | kernel | kernel | kmod-ath9k-common | Atheros 802.11n PCI wireless cards support | only=ath79/generic,ar71xx/generic,x86/64
kmod-ath9k-common | kernel | kernel | kmod-ath | Atheros 802.11n wireless devices (common code) | only=ath79/generic,ar71xx/generic,x86/64
kmod-ath10k-ct | kernel | 18.06:kernel | kmod-ath | ath10k-ct driver optimized for CT ath10k firmware | only=ath79/generic,ar71xx/generic,x86/64
kmod-batman-adv | kernel | kernel | kmod-lib-crc32c kmod-cfg80211 | B.A.T.M.A.N. Adv
kmod-cfg80211 | kernel | kernel | wireless-regdb | cfg80211 - wireless configuration API
kmod-crypto-hash | kernel | kernel | | CryptoAPI hash support
kmod-e1000e | kernel | kernel | | Intel 82571/82572/82573/82574/82583/... | only=x86/64
kmod-igb | kernel | kernel | | Intel(R) 82575/82576 PCI-Express Gigabit Ethernet support | only=x86/64
kmod-ixgbe | kernel | kernel | | Intel(R) 82598/82599 PCI-Express 10 Gigabit Ethernet support | only=x86/64
kmod-r8169 | kernel | kernel | r8169-firmware | RealTek RTL-8169 PCI Gigabit Ethernet Adapter kernel support | only=x86/64
kmod-bnx2 | kernel | kernel | bnx2-firmware | BCM5706/5708/5709/5716 ethernet adapter driver | only=x86/64
kmod-fs-ext4 | kernel | kernel | kmod-crypto-hash | EXT4 filesystem support
kmod-fs-vfat | kernel | kernel | kmod-nls-cp437 kmod-nls-utf8 | VFAT filesystem support
kmod-fs-exfat | kernel | kernel | kmod-nls-utf8 | exFAT filesystem support
kmod-gpio-button-hotplug | kernel | kernel | | Simple GPIO Button Hotplug driver
kmod-ifb | kernel | kernel | | Intermediate Functional Block support
kmod-ipt-core | kernel | kernel | kmod-nf-conntrack | Iptables core
kmod-ipt-nat | kernel | kernel | kmod-ipt-core kmod-nf-nat | Basic NAT targets
kmod-ipt-offload | kernel | 18.06:kernel | kmod-ipt-core | Netfilter flow offload support
kmod-leds-gpio | kernel | kernel | | GPIO LED support
kmod-lib-crc-ccitt | kernel | kernel | | CRC-CCITT support
kmod-lib-crc32c | kernel | kernel 26.05:- | kmod-crypto-hash | CRC32 support
kmod-mac80211 | kernel | kernel | kmod-cfg80211 hostapd-common | Linux 802.11 Wireless Networking Stack
kmod-mt7915e | kernel | 21.02:kernel | kmod-mac80211 | MediaTek MT7915E wireless driver | only=mediatek/filogic,x86/64
kmod-mt7981-firmware | kernel | 23.05:kernel | kmod-mt7915e | MediaTek MT7981 firmware | only=mediatek/filogic
kmod-mt7986-firmware | kernel | 23.05:kernel | kmod-mt7915e | MediaTek MT7986 firmware | only=mediatek/filogic
kmod-nf-conntrack | kernel | kernel | | Netfilter connection tracking
kmod-nf-conntrack6 | kernel | kernel 26.05:- | kmod-nf-conntrack | Netfilter IPv6 connection tracking
kmod-nf-nat | kernel | kernel | kmod-nf-conntrack | Netfilter NAT
kmod-nft-core | kernel | 18.06:kernel | kmod-nf-conntrack kmod-lib-crc32c | Netfilter nf_tables support
kmod-nft-nat | kernel | 18.06:kernel | kmod-nft-core kmod-nf-nat | Netfilter nf_tables NAT support
kmod-nft-nat6 | kernel | 18.06:kernel 22.03:- | kmod-nft-nat | Netfilter nf_tables IPv6-NAT support
kmod-nft-offload | kernel | 21.02:kernel | kmod-nft-nat | Netfilter nf_tables routing/NAT offload support
kmod-nls-cp437 | kernel | kernel | | Codepage 437 (United States, Canada)
kmod-nls-utf8 | kernel | kernel | | UTF-8
kmod-ppp | kernel | kernel | kmod-slhc kmod-lib-crc-ccitt | PPP modules
kmod-pppoe | kernel | kernel | kmod-ppp kmod-pppox | PPPoE support
kmod-pppox | kernel | kernel | kmod-ppp | PPPoX helper
kmod-sched-cake | kernel | 18.06:kernel | kmod-sched-core | Cake fq_codel/blue derived shaper
kmod-sched-core | kernel | kernel | | Traffic schedulers
kmod-slhc | kernel | kernel | | Serial Line Header Compression
kmod-scsi-core | kernel | kernel | | SCSI device support
kmod-switch-rtl8366-smi | kernel | 21.02:kernel | | Realtek RTL8366 SMI switch interface support | only=ath79/generic
kmod-switch-rtl8366rb | kernel | 21.02:kernel | kmod-switch-rtl8366-smi | Realtek RTL8366RB switch support | only=ath79/generic
kmod-switch-rtl8366s | kernel | 21.02:kernel | kmod-switch-rtl8366-smi | Realtek RTL8366S switch support | only=ath79/generic
kmod-tun | kernel | kernel | | Universal TUN/TAP driver
kmod-usb-core | kernel | kernel | | Support for USB
kmod-usb-ledtrig-usbport | kernel | 18.06:kernel | kmod-usb-core | LED trigger for USB ports
kmod-usb2 | kernel | kernel | kmod-usb-core | Support for USB2 controllers
kmod-usb3 | kernel | kernel | kmod-usb-core | Support for USB3 controllers
kmod-usb-net | kernel | kernel | kmod-usb-core | Kernel modules for USB-to-Ethernet convertors
kmod-usb-storage | kernel | kernel | kmod-scsi-core kmod-usb-core | USB Storage support
kmod-wireguard | kernel | 21.02:kernel | | WireGuard secure network tunnel
`);
