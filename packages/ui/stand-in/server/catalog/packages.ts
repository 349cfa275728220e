import { Chance } from "../../chance.ts";
import { KNOWN_CONFLICTS, KNOWN_PACKAGES } from "./known-packages.ts";

/** As the catalog of a real server has them, so that the same functions search and resolve them. */
export interface StandInPackage {
  name: string;
  version: string;
  feed: string;
  description: string | null;
  size: number;
  installedSize: number;
  depends: string[];
  conflicts: string[];
  provides: string[];
  abi: null;
}

const LANGUAGES = [
  "ar",
  "bg",
  "cs",
  "da",
  "de",
  "el",
  "es",
  "fi",
  "fr",
  "hu",
  "it",
  "ja",
  "ko",
  "lt",
  "nl",
  "pl",
  "pt",
  "ro",
  "ru",
  "sk",
  "sv",
  "tr",
  "uk",
  "vi",
  "zh-cn",
  "zh-tw",
] as const;
const APPS = [
  "acme",
  "adblock",
  "banip",
  "bcp38",
  "ddns",
  "dockerman",
  "firewall",
  "https-dns-proxy",
  "irqbalance",
  "mwan3",
  "nft-qos",
  "nlbwmon",
  "openvpn",
  "p910nd",
  "privoxy",
  "samba4",
  "sqm",
  "statistics",
  "transmission",
  "travelmate",
  "ttyd",
  "unbound",
  "upnp",
  "usteer",
  "vnstat2",
  "watchcat",
  "wifischedule",
  "wol",
] as const;
const KINDS: readonly (readonly [prefix: string, feed: string, of: string, words: readonly string[]])[] = [
  [
    "kmod-",
    "kmods",
    "Kernel module for",
    [
      "usb",
      "fs",
      "nft",
      "ipt",
      "sound",
      "hwmon",
      "crypto",
      "net",
      "input",
      "i2c",
      "spi",
      "rtc",
      "sched",
      "video",
      "ata",
      "mt76",
      "ath",
    ],
  ],
  [
    "lib",
    "packages",
    "Library:",
    [
      "curl",
      "json",
      "xml",
      "ssl",
      "pcap",
      "nettle",
      "event",
      "usb",
      "png",
      "jpeg",
      "sqlite",
      "yaml",
      "zstd",
      "uv",
      "ffi",
      "glib",
      "gmp",
    ],
  ],
  [
    "python3-",
    "packages",
    "Python module:",
    [
      "asyncio",
      "requests",
      "yaml",
      "numpy",
      "cryptography",
      "flask",
      "jinja2",
      "paho",
      "serial",
      "lxml",
      "click",
      "twisted",
    ],
  ],
  ["perl-", "packages", "Perl module:", ["cgi", "dbi", "json", "http", "uri", "test", "time", "html"]],
  [
    "prometheus-node-exporter-lua-",
    "packages",
    "Metrics of",
    ["wifi", "nat", "uci", "bmx", "hostapd", "netstat", "textfile", "openwrt"],
  ],
  [
    "collectd-mod-",
    "packages",
    "collectd:",
    [
      "cpu",
      "df",
      "disk",
      "dns",
      "exec",
      "interface",
      "iwinfo",
      "load",
      "memory",
      "ping",
      "snmp",
      "tcpconns",
      "thermal",
    ],
  ],
  ["wpad-", "base", "Wi-Fi authentication with", ["basic", "mesh", "openssl", "mbedtls", "wolfssl", "mini"]],
  [
    "",
    "packages",
    "Program for",
    [
      "audio",
      "backup",
      "camera",
      "chat",
      "clock",
      "disk",
      "dns",
      "files",
      "games",
      "gps",
      "mail",
      "mesh",
      "music",
      "print",
      "proxy",
      "radio",
      "sms",
      "ssh",
      "sync",
      "torrent",
      "vpn",
      "web",
      "zigbee",
    ],
  ],
];

/** So many, by name: those that people ask for, their pages and languages, and others that could be. */
export function packagesOf(count: number): StandInPackage[] {
  const chance = new Chance(3_000);
  const found = new Map<string, StandInPackage>();
  const add = (name: string, feed: string, description: string, depends: string[], size?: number) => {
    if (found.has(name)) return;
    const bytes = size ?? Math.round(2_000 * 400 ** chance.share());
    found.set(name, {
      name,
      version: `${chance.number(0, 6)}.${chance.number(0, 30)}.${chance.number(0, 9)}-r${chance.number(1, 9)}`,
      feed,
      description,
      size: bytes,
      installedSize: Math.round(bytes * (1.8 + chance.share())),
      depends,
      conflicts: [...(KNOWN_CONFLICTS[name] ?? [])],
      provides: [],
      abi: null,
    });
  };
  for (const [name, feed, size, description, ...depends] of KNOWN_PACKAGES)
    add(name, feed, description, [...depends], size);
  for (const app of APPS) {
    add(`luci-app-${app}`, "luci", `LuCI's page for ${app}`, ["luci-base"]);
    for (const language of LANGUAGES) add(`luci-i18n-${app}-${language}`, "luci", `luci-app-${app}: ${language}`, []);
  }
  for (let index = 0; found.size < count; index++) {
    const [prefix, feed, of, words] = chance.one(KINDS);
    const word = chance.one(words);
    const name = `${prefix}${word}${index < 150 ? "" : `-${chance.one(words)}${chance.number(1, 99)}`}`;
    add(name, feed, `${of} ${word}`, feed === "kmods" ? ["kernel"] : ["libc"]);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
