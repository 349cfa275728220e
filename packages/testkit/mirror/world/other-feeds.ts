import { parseRows } from "./package.ts";

export const ROUTING_FEED = parseRows(`
alfred | net | 17.01:2016.5-4 18.06:2018.1-4 21.02:2021.0-1 22.03:2022.0-1 23.05:2023.1-1 24.10:2024.3-1 25.12:2025.4-1 | libnl-tiny librt | A.L.F.R.E.D. - Almighty Lightweight Fact Remote Exchange Daemon
babeld | net | 17.01:1.8.0-1 18.06:1.8.3-1 21.02:1.9.2-3 22.03:1.12.1-1 23.05:1.12.2-1 24.10:1.13.1-2 25.12:1.13.1-3 | libubox libubus | A loop-avoiding distance-vector routing protocol
batctl-default | net | 18.06:2018.1-2 21.02:2021.1-1 22.03:2022.0-3 23.05:2023.1-3 24.10:2024.3-1 25.12:2025.4-1 | libnl-tiny librt kmod-batman-adv | B.A.T.M.A.N. Advanced user space configuration tool (default) | provides=batctl conflicts=batctl-full
batctl-full | net | 18.06:2018.1-2 21.02:2021.1-1 22.03:2022.0-3 23.05:2023.1-3 24.10:2024.3-1 25.12:2025.4-1 | libnl-tiny librt kmod-batman-adv | B.A.T.M.A.N. Advanced user space configuration tool (full) | provides=batctl conflicts=batctl-default
bird2 | net | 18.06:2.0.2-1 21.02:2.0.8-1 22.03:2.0.8-2 23.05:2.13-1 24.10:2.16.1-1 25.12:2.17.2-1 | libpthread libncurses | The BIRD Internet Routing Daemon (2.0) | provides=bird
bird3 | net | 25.12:3.1.4-1 | libpthread libncurses | The BIRD Internet Routing Daemon (3.x) | provides=bird
bmx7 | net | 17.01:7.1.1-1 18.06:7.1.1-3 21.02:7.1.1-8 24.10:7.1.1-10 | zlib libmbedtls | BMX7 layer 3 routing daemon
mcproxy | net | 18.06:2017-08-24-1 21.02:2020-11-26-1 24.10:2020.11.26-1 | libpthread libstdcpp | Multicast Proxy for IGMP/MLD
nodogsplash | net | 17.01:0.9b9.9.9-3 18.06:2.0.0-1 21.02:4.5.1-1 22.03:5.0.0-2 24.10:5.0.2-1 | libpthread libmicrohttpd-no-ssl | Open public network gateway daemon
olsrd | net | 17.01:0.9.0.3-2 18.06:0.9.6.2-1 21.02:0.9.8-5 22.03:0.9.8-7 24.10:0.9.8-11 | libpthread | OLSR (Optimized Link State Routing) daemon
olsrd-mod-txtinfo | net | 17.01:0.9.0.3-2 18.06:0.9.6.2-1 21.02:0.9.8-5 22.03:0.9.8-7 24.10:0.9.8-11 | olsrd | Small informational web server
prince | net | 21.02:0.4-2 24.10:0.4-3 | libpthread | PRobing batmand INterface CEntre
vis | net | 17.01:2.0-1 21.02:2.0-2 24.10:2.0-3 | libpthread | visualization server for B.A.T.M.A.N. layer 3
`);

export const TELEPHONY_FEED = parseRows(`
asterisk13 | net | 17.01:13.16.0-2 18.06:13.23.1-1 21.02:- | libopenssl libncurses libsqlite3 libuuid | Complete open source PBX, v13.x
asterisk15 | net | 18.06:15.6.2-1 21.02:- | libopenssl libncurses libsqlite3 libuuid | Complete open source PBX, v15.x
asterisk | net | 21.02:16.16.2-2 22.03:18.11.2-2 23.05:20.5.2-2 24.10:20.11.1-3 25.12:22.6.0-1 | libopenssl libncurses libsqlite3 libuuid | Complete open source PBX
asterisk-pjsip | net | 21.02:16.16.2-2 22.03:18.11.2-2 23.05:20.5.2-2 24.10:20.11.1-3 25.12:22.6.0-1 | asterisk libpjsip | Support for PJSIP
asterisk-res-srtp | net | 21.02:16.16.2-2 22.03:18.11.2-2 23.05:20.5.2-2 24.10:20.11.1-3 25.12:22.6.0-1 | asterisk | Secure RTP (SRTP)
baresip | net | 18.06:0.5.9-1 21.02:1.0.0-1 22.03:2.0.1-1 24.10:3.16.0-1 25.12:4.1.0-1 | libpthread librt | Portable and modular SIP user-agent
kamailio | net | 18.06:5.1.7-1 21.02:5.4.4-1 22.03:5.5.4-1 23.05:5.6.2-1 24.10:5.8.4-1 25.12:6.0.4-1 | libncurses libpthread | Mature and flexible open source SIP server
libpjsip | libs | 21.02:2.10-3 22.03:2.12.1-1 23.05:2.13.1-2 24.10:2.14.1-2 25.12:2.15.1-1 | libopenssl libstdcpp libuuid | PJSIP libraries | abi=24.10:2
pcapsipdump | net | 18.06:0.2-1 21.02:0.2-3 24.10:0.2-4 | libpcap libstdcpp | SIP sessions dumping tool
rtpproxy | net | 17.01:1.2.1-1 18.06:2.1.0-1 21.02:2.2.0-1 24.10:3.1.0-1 | | A high-performance software proxy for RTP streams
sipp | utils | 21.02:3.6.1-1 24.10:3.7.3-1 25.12:3.7.5-1 | libncurses libstdcpp | SIP protocol test tool and traffic generator
siproxd | net | 17.01:0.8.1-4 18.06:0.8.1-8 21.02:0.8.3-4 22.03:0.8.3-6 24.10:0.8.3-7 | libltdl libpthread | SIP masquerading proxy with RTP support
`);
