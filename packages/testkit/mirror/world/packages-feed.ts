import { parseRows } from "./package.ts";

/** Packages that the community keeps. */
export const PACKAGES_FEED = parseRows(`
adblock | net | 17.01:2.3.0-2 18.06:3.5.5-2 21.02:4.1.5-8 22.03:4.1.5-8 23.05:4.1.5-10 24.10:4.4.2-3 25.12:4.4.5-1 main:4.5.0-3 | jshn jsonfilter ca-bundle | Powerful adblock script to block ad/abuse domains by using DNS | all
banip | net | 18.06:0.1.2-1 21.02:0.7.11-2 22.03:0.9.0-1 23.05:1.0.0-10 24.10:1.5.6-7 25.12:1.6.0-1 main:1.8.0-2 | jshn jsonfilter ca-bundle rpcd | Block incoming and outgoing IPs via named nftables Sets | all
auc | base | 21.02:0.1.9-7 22.03:0.3.2-1 23.05:0.3.2-1 24.10:- | attendedsysupgrade-common libblobmsg-json libubox libubus libuci libuclient rpcd-mod-rpcsys | Attended sysUpgrade CLI client
owut | utils | 24.10:2025.10.29~58dc6c80-1 main:2026.01.19~77bb05f7-1 | attendedsysupgrade-common rpcd-mod-file ucode ucode-mod-fs ucode-mod-ubus ucode-mod-uci | owut - OpenWrt Upgrade Tool | all
attendedsysupgrade-common | base | 18.06:0.3-1 21.02:8 24.10:9-1 | rpcd-mod-rpcsys ca-bundle | Base files of the Attended sysUpgrade clients | all
acme | net | 18.06:2.8.1-1 21.02:2.9.0-5 22.03:3.0.1-10 23.05:4.0.0-10 24.10:4.0.2-1 25.12:4.1.0-1 | wget-ssl ca-bundle openssl-util socat | ACME (Letsencrypt) client | all
bash | utils | 17.01:4.3.39-1 18.06:4.4.18-2 21.02:5.1-2 22.03:5.1.16-1 23.05:5.2.15-1 24.10:5.2.37-1 25.12:5.3-1 | terminfo libncurses | The GNU Bourne Again SHell
bind-dig | net | 17.01:9.10.6-1 18.06:9.11.2-1 21.02:9.18.7-1 22.03:9.18.24-1 23.05:9.18.37-1 24.10:9.20.10-1 25.12:9.20.15-1 main:9.20.18-1 | libopenssl libuv | bind DNS excavation tool
collectd | utils | 17.01:5.5.3-1 18.06:5.8.1-1 21.02:5.12.0-13 22.03:5.12.0-33 23.05:5.12.0-42 24.10:5.12.0-51 25.12:5.12.0-55 | libltdl | Lightweight statistics collection daemon
collectd-mod-cpu | utils | 17.01:5.5.3-1 18.06:5.8.1-1 21.02:5.12.0-13 22.03:5.12.0-33 23.05:5.12.0-42 24.10:5.12.0-51 25.12:5.12.0-55 | collectd | CPU usage input plugin
collectd-mod-interface | utils | 17.01:5.5.3-1 18.06:5.8.1-1 21.02:5.12.0-13 22.03:5.12.0-33 23.05:5.12.0-42 24.10:5.12.0-51 25.12:5.12.0-55 | collectd | network interfaces input plugin
collectd-mod-memory | utils | 17.01:5.5.3-1 18.06:5.8.1-1 21.02:5.12.0-13 22.03:5.12.0-33 23.05:5.12.0-42 24.10:5.12.0-51 25.12:5.12.0-55 | collectd | physical memory usage input plugin
collectd-mod-rrdtool | utils | 17.01:5.5.3-1 18.06:5.8.1-1 21.02:5.12.0-13 22.03:5.12.0-33 23.05:5.12.0-42 24.10:5.12.0-51 25.12:5.12.0-55 | collectd | RRDtool output plugin
collectd-mod-wireless | utils | 21.02:5.12.0-13 22.03:5.12.0-33 23.05:5.12.0-42 24.10:5.12.0-51 25.12:5.12.0-55 | collectd libiwinfo | wireless status input plugin
coreutils | utils | 17.01:8.23-4 18.06:8.30-2 21.02:8.32-6 22.03:9.0-1 23.05:9.3-1 24.10:9.3-3 25.12:9.7-1 | | The GNU core utilities
curl | net | 17.01:7.52.1-8 18.06:7.60.0-3 21.02:8.4.0-1 22.03:8.6.0-1 23.05:8.12.1-1 24.10:8.12.1-1 25.12:8.17.0-1 main:8.18.0-1 | libcurl | A client-side URL transfer utility
libcurl | libs | 17.01:7.52.1-8 18.06:7.60.0-3 21.02:8.4.0-1 22.03:8.6.0-1 23.05:8.12.1-1 24.10:8.12.1-1 25.12:8.17.0-1 main:8.18.0-1 | libmbedtls libnghttp2 ca-bundle zlib | A client-side URL transfer library | abi=21.02:4
ddns-scripts | net | 17.01:2.7.6-16 18.06:2.7.8-1 21.02:2.8.2-17 22.03:2.8.2-24 23.05:2.8.2-43 24.10:2.8.2-65 25.12:2.8.2-85 | jshn | Dynamic DNS Client scripts | all
ddns-scripts-services | net | 21.02:2.8.2-17 22.03:2.8.2-24 23.05:2.8.2-43 24.10:2.8.2-65 25.12:2.8.2-85 | ddns-scripts | ddns service providers | all
git | net | 17.01:2.11.4-1 18.06:2.16.5-1 21.02:2.30.9-1 22.03:2.34.8-1 23.05:2.39.2-1 24.10:2.46.3-1 25.12:2.52.0-1 | libopenssl zlib | Git is a free & open source, distributed version control system
htop | admin | 17.01:2.0.2-1 18.06:2.2.0-1 21.02:3.0.5-2 22.03:3.2.1-1 23.05:3.2.1-2 24.10:3.3.0-1 25.12:3.4.1-1 | libncurses terminfo | Interactive processes viewer
iperf3 | net | 17.01:3.1.4-1 18.06:3.5-1 21.02:3.9-1 22.03:3.11-1 23.05:3.14-2 24.10:3.17.1-2 25.12:3.20-1 | libatomic | Internet Protocol bandwidth measuring tool | conflicts=iperf3-ssl
iperf3-ssl | net | 21.02:3.9-1 22.03:3.11-1 23.05:3.14-2 24.10:3.17.1-2 25.12:3.20-1 | libatomic libopenssl | Internet Protocol bandwidth measuring tool with iperf_auth support
irqbalance | utils | 18.06:1.2.0-1 21.02:1.7.0-1 22.03:1.8.0-5 23.05:1.9.2-1 24.10:1.9.4-2 25.12:1.9.4-3 | | Balances hardware interrupts across CPUs
libatomic-ops | libs | 21.02:7.6.10-1 24.10:7.8.2-1 | | Atomic memory update operations
libevent2 | libs | 17.01:2.0.22-1 18.06:2.1.8-2 21.02:2.1.12-1 23.05:2.1.12-2 | | Event notification library (version 2.1) | abi=21.02:7
libffi | libs | 17.01:3.2.1-3 21.02:3.3-3 22.03:3.4.2-2 24.10:3.4.6-1 25.12:3.5.2-1 | | Foreign Function Interface
libltdl | libs | 17.01:2.4-2 21.02:2.4.6-2 22.03:2.4.7-1 24.10:2.4.7-2 | | GNU libtool dynamic loading library | abi=21.02:7
libmicrohttpd-no-ssl | libs | 17.01:0.9.51-1 18.06:0.9.55-2 21.02:0.9.72-1 22.03:0.9.75-3 23.05:0.9.77-1 24.10:1.0.1-1 | | GNU libmicrohttpd (without SSL) | provides=libmicrohttpd abi=21.02:12
libmicrohttpd-ssl | libs | 21.02:0.9.72-1 22.03:0.9.75-3 23.05:0.9.77-1 24.10:1.0.1-1 | libgnutls | GNU libmicrohttpd | provides=libmicrohttpd abi=21.02:12
libgnutls | libs | 17.01:3.5.8-1 18.06:3.5.18-1 21.02:3.7.2-1 22.03:3.7.8-1 23.05:3.8.5-1 24.10:3.8.5-2 25.12:3.8.11-1 | libatomic | GNU TLS library
libnghttp2 | libs | 18.06:1.32.0-1 21.02:1.43.0-1 22.03:1.47.0-1 23.05:1.57.0-1 24.10:1.63.0-1 25.12:1.66.0-1 | | HTTP/2 C library | abi=21.02:14
libpython3 | libs | 18.06:3.6.5-1 21.02:3.9.18-1 22.03:3.10.13-2 23.05:3.11.7-1 24.10:3.11.14-1 25.12:3.13.9-1 | | Python 3 core library | abi=21.02:3.9,22.03:3.10,23.05:3.11,25.12:3.13
libsqlite3 | libs | 17.01:3.17.0-1 18.06:3.22.0-1 21.02:3.33.0-2 22.03:3.38.2-1 23.05:3.41.2-1 24.10:3.47.0-1 25.12:3.51.0-1 | libpthread zlib | SQL database engine library | abi=21.02:0
libuv | libs | 18.06:1.19.0-1 21.02:1.40.0-3 22.03:1.43.0-1 23.05:1.46.0-1 24.10:1.48.0-1 25.12:1.51.0-1 | libpthread | Asynchronous I/O library | abi=21.02:1
lsof | utils | 17.01:4.86-2 21.02:4.94.0-1 23.05:4.98.0-1 24.10:4.99.4-1 | | LiSt Open Files
miniupnpd | net | 17.01:2.0.20170421-1 18.06:2.1-1 21.02:2.2.1-5 22.03:- | libuuid | Lightweight UPnP IGD, NAT-PMP & PCP daemon
miniupnpd-nftables | net | 22.03:2.3.1-1 23.05:2.3.3-4 24.10:2.3.7-1 25.12:2.3.9-2 | libuuid libmnl libnftnl | Lightweight UPnP IGD, NAT-PMP & PCP daemon (nftables) | provides=miniupnpd
libuuid | libs | 17.01:2.29.2-1 18.06:2.32-2 21.02:2.36.1-2 22.03:2.37.4-1 23.05:2.39-2 24.10:2.40.2-1 25.12:2.41.2-1 | | DCE compatible Universally Unique Identifier library | abi=21.02:1
mosquitto-ssl | net | 17.01:1.4.15-1 18.06:1.4.15-1 21.02:1.6.15-1 22.03:2.0.18-1 23.05:2.0.18-1 24.10:2.0.22-1 25.12:2.0.22-2 | libopenssl libuuid | mosquitto - an MQTT message broker | provides=mosquitto conflicts=mosquitto-nossl
mosquitto-nossl | net | 17.01:1.4.15-1 18.06:1.4.15-1 21.02:1.6.15-1 22.03:2.0.18-1 23.05:2.0.18-1 24.10:2.0.22-1 25.12:2.0.22-2 | | mosquitto (without TLS support) | provides=mosquitto conflicts=mosquitto-ssl
mwan3 | net | 17.01:2.0.3-1 18.06:2.7.8-1 21.02:2.10.13-1 22.03:2.11.3-1 23.05:2.11.7-2 24.10:2.11.16-4 25.12:2.12.0-1 | ip-full jshn | Multiwan hotplug script with connection tracking support
nano | utils | 17.01:2.7.4-1 18.06:2.9.8-1 21.02:5.5-1 22.03:6.4-1 23.05:7.2-1 24.10:8.5-1 25.12:8.7-1 main:8.7-2 | libncurses | An enhanced clone of the Pico text editor
nlbwmon | net | 18.06:2018-12-06-4574e6e6-1 21.02:2020-02-15-50fd8d7b-1 22.03:2022-04-03-24f3e63f-2 24.10:2024.12.10~24a2eafc-1 | libubox libnl-tiny | LuCI compatible network bandwidth monitor
nmap | net | 17.01:7.12-1 18.06:7.70-1 21.02:7.80-3 22.03:7.91-1 23.05:7.93-3 24.10:7.95-3 25.12:7.98-1 | libpcap zlib | Network exploration and security auditing utility
openssh-sftp-server | net | 17.01:7.4p1-1 18.06:7.9_p1-1 21.02:8.4p1-4 22.03:9.7p1-1 23.05:9.7p1-1 24.10:10.0_p1-1 25.12:10.2_p1-1 | | OpenSSH SFTP server
openvpn-openssl | net | 17.01:2.4.4-2 18.06:2.4.5-4 21.02:2.5.7-1 22.03:2.5.8-2 23.05:2.5.8-3 24.10:2.6.12-1 25.12:2.6.16-1 | libopenssl kmod-tun libcap-ng | Open source VPN solution using OpenSSL | provides=openvpn
openvpn-mbedtls | net | 17.01:2.4.4-2 18.06:2.4.5-4 21.02:2.5.7-1 22.03:2.5.8-2 23.05:2.5.8-3 24.10:2.6.12-1 25.12:2.6.16-1 | libmbedtls kmod-tun libcap-ng | Open source VPN solution using Mbed TLS | provides=openvpn
libcap-ng | libs | 21.02:0.8.2-1 23.05:0.8.3-1 24.10:0.8.4-1 25.12:0.8.5-1 | | Library for POSIX capabilities, next generation
perl | lang | 17.01:5.22.2-4 18.06:5.26.1-3 21.02:5.28.1-6 23.05:5.38.2-1 24.10:5.40.0-2 25.12:5.40.3-1 | | The Perl intepreter
prometheus-node-exporter-lua | utils | 18.06:2018.07.23-1 21.02:2021.05.05-1 22.03:2022.08.11-1 23.05:2023.11.06-1 24.10:2024.06.16-1 25.12:2025.09.01-1 | lua | Provides node statistics as Prometheus scraping endpoint | all
python3 | lang | 18.06:3.6.5-1 21.02:3.9.18-1 22.03:3.10.13-2 23.05:3.11.7-1 24.10:3.11.14-1 25.12:3.13.9-1 | python3-light | Python 3.x programming language | provides=python
python3-light | lang | 18.06:3.6.5-1 21.02:3.9.18-1 22.03:3.10.13-2 23.05:3.11.7-1 24.10:3.11.14-1 25.12:3.13.9-1 | python3-base libffi | Python light installation
python3-base | lang | 18.06:3.6.5-1 21.02:3.9.18-1 22.03:3.10.13-2 23.05:3.11.7-1 24.10:3.11.14-1 25.12:3.13.9-1 | libpthread zlib libpython3 | Python base installation
rsync | net | 17.01:3.1.2-2 18.06:3.1.3-1 21.02:3.2.7-1 22.03:3.2.7-1 23.05:3.2.7-4 24.10:3.4.1-1 25.12:3.4.1-2 | zlib | an open source utility that provides fast incremental file transfer
samba4-server | net | 18.06:4.8.2-1 21.02:4.13.17-1 22.03:4.14.14-3 23.05:4.18.8-1 24.10:4.18.8-4 25.12:4.22.6-1 | libgnutls attr | Samba 4.x SMB/CIFS fileserver
attr | utils | 17.01:20160302-1 21.02:2.4.48-3 22.03:2.5.1-2 24.10:2.5.2-1 | | Extended attributes (xattr) manipulation tools
screen | utils | 17.01:4.3.1-1 18.06:4.3.1-3 21.02:4.8.0-2 22.03:4.8.0-2 24.10:4.9.1-2 25.12:5.0.1-1 | libncurses | Full-screen terminal window manager
smartmontools | utils | 17.01:6.5-1 18.06:6.6-1 21.02:7.1-1 22.03:7.3-1 23.05:7.3-2 24.10:7.4-3 25.12:7.5-1 | libstdcpp | SMART disk control and monitoring tools
socat | net | 17.01:1.7.3.1-2 18.06:1.7.3.2-4 21.02:1.7.4.1-1 22.03:1.7.4.4-1 23.05:1.7.4.4-2 24.10:1.8.0.1-1 25.12:1.8.0.3-1 | libpthread | A multipurpose relay (SOcket CAT)
sqm-scripts | net | 17.01:1.1.3-1 18.06:1.2.3-1 21.02:1.5.1-1 22.03:1.5.1-2 23.05:1.6.0-1 24.10:1.6.0-2 25.12:1.7.1-1 | tc-tiny kmod-sched-core kmod-sched-cake kmod-ifb | SQM Scripts (QoS) | all
stubby | net | 18.06:0.2.3-3 21.02:0.3.0-2 22.03:0.4.2-2 24.10:0.4.3-2 | ca-certificates libopenssl | application that acts as a local DNS Privacy stub resolver
tailscale | net | 21.02:1.24.2-2 22.03:1.32.2-1 23.05:1.58.2-1 24.10:1.80.3-1 25.12:1.90.8-1 main:1.92.5-1 | ca-bundle kmod-tun | Zero config VPN
tmux | utils | 17.01:2.2-1 18.06:2.5-1 21.02:3.1c-4 22.03:3.2a-1 23.05:3.3a-1 24.10:3.4-1 25.12:3.5a-1 | libncurses libevent2 | A terminal multiplexer
transmission-daemon | net | 17.01:2.92-7 18.06:2.93-4 21.02:3.00-12 22.03:3.00-17 23.05:4.0.4-2 24.10:4.0.6-3 25.12:4.0.6-7 | libcurl libopenssl libevent2 | BitTorrent daemon
travelmate | net | 17.01:0.7.4-1 18.06:1.2.3-1 21.02:2.0.7-2 22.03:2.0.7-4 23.05:2.1.0-1 24.10:2.1.3-4 25.12:2.4.0-1 | iwinfo jshn jsonfilter | A wlan connection manager for travel router | all
unbound-daemon | net | 17.01:1.6.8-1 18.06:1.8.1-1 21.02:1.13.1-4 22.03:1.16.0-1 23.05:1.17.1-2 24.10:1.24.1-1 25.12:1.24.2-1 | libopenssl | Validating Recursive DNS Server
unzip | utils | 17.01:6.0-3 21.02:6.0-8 | | De-archiver for Zip files
usbutils | utils | 17.01:007-6 18.06:007-7 21.02:013-2 22.03:014-1 23.05:015-1 24.10:017-1 25.12:018-1 | libusb-1.0 | USB devices listing utilities
vim | utils | 17.01:8.0.586-1 18.06:8.0.586-3 21.02:8.2-4 22.03:8.2.4572-1 23.05:9.0.1703-1 24.10:9.1.1163-1 25.12:9.1.1918-1 | libncurses | Vim is an almost compatible version of the UNIX editor Vi | conflicts=vim-full
vim-full | utils | 17.01:8.0.586-1 18.06:8.0.586-3 21.02:8.2-4 22.03:8.2.4572-1 23.05:9.0.1703-1 24.10:9.1.1163-1 25.12:9.1.1918-1 | libncurses | Vim with normal features | conflicts=vim
vnstat | net | 17.01:1.15-1 18.06:1.18-1 21.02:2.6-1 22.03:- | | Console-based network traffic monitor
vnstat2 | net | 21.02:2.6-2 22.03:2.9-1 24.10:2.12-1 25.12:2.13-1 | libsqlite3 | Console-based network traffic monitor (2.x) | provides=vnstat conflicts=vnstat
wget-ssl | net | 17.01:1.19.1-5 18.06:1.19.5-4 21.02:1.21.1-1 22.03:1.21.3-1 23.05:1.21.4-1 24.10:1.25.0-1 25.12:1.25.0-2 | zlib libopenssl ca-bundle | Non-interactive network downloader (with SSL support) | provides=wget,gnu-wget
wget-nossl | net | 17.01:1.19.1-5 18.06:1.19.5-4 21.02:1.21.1-1 22.03:1.21.3-1 23.05:1.21.4-1 24.10:1.25.0-1 25.12:1.25.0-2 | zlib | Non-interactive network downloader (no SSL support) | provides=wget,gnu-wget
zerotier | net | 18.06:1.2.12-1 21.02:1.6.6-1 22.03:1.10.1-3 23.05:1.12.2-2 24.10:1.14.1-1 25.12:1.16.0-1 | libpthread libstdcpp kmod-tun libatomic | Create flat virtual Ethernet networks of almost unlimited size
`);
