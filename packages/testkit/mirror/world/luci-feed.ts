import { parseRows } from "./package.ts";

/** LuCI's versions are the branch's own (date and commit of the feed), see `feedVersions`; most of it fits any architecture. */
export const LUCI_FEED = parseRows(`
luci | luci | luci | luci-light luci-app-firewall | LuCI interface with Uhttpd as Webserver (default) | all
luci-light | luci | 21.02:luci | uhttpd uhttpd-mod-ubus luci-mod-admin-full luci-theme-bootstrap luci-proto-ppp luci-proto-ipv6 | Minimum package set using only admin mod and the standard theme | all
luci-ssl | luci | luci | luci-light libustream-mbedtls px5g | LuCI with HTTPS support (mbedtls) | all
luci-base | luci | luci | rpcd rpcd-mod-file cgi-io | LuCI core libraries
luci-compat | luci | 21.02:luci | luci-base | LuCI compatibility libraries for Lua apps | all
luci-mod-admin-full | luci | luci | luci-mod-status luci-mod-system luci-mod-network | LuCI Administration - full-featured for full control | all
luci-mod-network | luci | 18.06:luci | luci-base rpcd-mod-iwinfo | LuCI Network Administration | all
luci-mod-status | luci | 18.06:luci | luci-base iwinfo | LuCI Status Pages
luci-mod-system | luci | 18.06:luci | luci-base | LuCI System Administration | all
luci-theme-bootstrap | luci | luci | luci-base | Bootstrap Theme (default) | all
luci-theme-material | luci | luci | luci-base | Material Theme | all
luci-theme-openwrt-2020 | luci | 21.02:luci | luci-base | LuCI theme for OpenWrt 2020 | all
luci-proto-ppp | luci | luci | ppp | Support for PPP/PPPoE/PPPoA/PPtP | all
luci-proto-ipv6 | luci | luci | odhcp6c | Support for DHCPv6/6in4/6to4/6rd/DS-Lite/aiccu | all
luci-proto-wireguard | luci | 18.06:luci | wireguard-tools ucode | Support for WireGuard VPN | all
luci-proto-batman-adv | luci | 21.02:luci | luci-base | Support for batman-adv protocol | all
luci-app-firewall | luci | luci | luci-base | LuCI Support for Firewall | all
luci-app-opkg | luci | 18.06:luci 24.10:- | luci-base opkg | LuCI opkg interface | all
luci-app-package-manager | luci | 24.10:luci | luci-base rpcd-mod-rpcsys | LuCI package manager interface | all
luci-app-attendedsysupgrade | luci | 18.06:luci | luci-base attendedsysupgrade-common cgi-io | LuCI support for attended sysupgrades | all
luci-app-sqm | luci | luci | luci-base sqm-scripts | SQM Scripts - LuCI interface | all
luci-app-statistics | luci | luci | luci-base collectd | LuCI Statistics Application | all
luci-app-ddns | luci | luci | luci-base ddns-scripts | LuCI Support for Dynamic DNS Client (ddns-scripts) | all
luci-app-upnp | luci | luci | luci-base miniupnpd | Universal Plug & Play configuration module | all
luci-app-samba4 | luci | 18.06:luci | luci-base samba4-server | Network Shares - Samba 4 SMB/CIFS fileserver | all
luci-app-adblock | luci | luci | luci-base adblock | LuCI support for Adblock | all
luci-app-banip | luci | 18.06:luci | luci-base banip | LuCI support for banIP | all
luci-app-openvpn | luci | luci | luci-base | LuCI Support for OpenVPN | all
luci-app-nlbwmon | luci | 18.06:luci | luci-base nlbwmon | Netlink based bandwidth accounting | all
luci-app-diag-core | luci | luci 24.10:- | luci-base | LuCI Diagnostics Tools (Core) | all
luci-app-uhttpd | luci | luci | luci-base uhttpd | uHTTPd Webserver Configuration | all
luci-app-vnstat2 | luci | 21.02:luci | luci-base vnstat | LuCI Support for VnStat | all
luci-app-wol | luci | luci | luci-base | LuCI Support for Wake-on-LAN | all
luci-app-commands | luci | luci | luci-base | LuCI Shell Command Module | all
luci-lib-base | luci | 18.06:luci | lua | LuCI base library | all
luci-lib-nixio | luci | luci | lua | NIXIO POSIX library
luci-lib-ip | luci | luci | lua libnl-tiny | Lua library for IP calculation and routing information
luci-lib-jsonc | luci | luci | lua libjson-c | Lua binding for JSON-C
luci-lib-uqr | luci | 24.10:luci | luci-base | JavaScript library for QR codes | all
luci-i18n-base-en | luci | luci 21.02:- | luci-base | Translation for luci-base - English | all
luci-i18n-base-de | luci | luci | luci-base | Translation for luci-base - Deutsch (German) | all
luci-i18n-base-fr | luci | luci | luci-base | Translation for luci-base - Français (French) | all
luci-i18n-firewall-de | luci | luci | luci-app-firewall | Translation for luci-app-firewall - Deutsch (German) | all
luci-i18n-opkg-de | luci | 18.06:luci 24.10:- | luci-app-opkg | Translation for luci-app-opkg - Deutsch (German) | all
luci-i18n-package-manager-de | luci | 24.10:luci | luci-app-package-manager | Translation for luci-app-package-manager - Deutsch (German) | all
luci-i18n-attendedsysupgrade-de | luci | 18.06:luci | luci-app-attendedsysupgrade | Translation for luci-app-attendedsysupgrade - Deutsch (German) | all
rpcd-mod-luci | luci | 21.02:20210614 22.03:20230123-1 24.10:20240305-1 25.12:20250702-1 | rpcd libubus libiwinfo libnl-tiny | LuCI RPC module
`);
