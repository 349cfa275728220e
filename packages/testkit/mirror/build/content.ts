import type { ContentFile } from "../formats/package-file.ts";
import type { PackageRecord } from "../world/package.ts";
import { hexOf, type Release } from "../world/releases.ts";
import { baseFiles } from "./base-files.ts";
import { serviceScript } from "./service-script.ts";

const FOLDERS: Record<string, string> = {
  libs: "usr/lib",
  kernel: "lib/modules",
  firmware: "lib/firmware",
  luci: "www/luci",
};

/** Packages that are services: the name of each, and when it starts. */
const SERVICES: Record<string, readonly [string, number]> = {
  adblock: ["adblock", 30],
  banip: ["banip", 95],
  collectd: ["collectd", 80],
  dnsmasq: ["dnsmasq", 19],
  dropbear: ["dropbear", 19],
  firewall4: ["firewall", 19],
  logd: ["log", 12],
  netifd: ["network", 20],
  "odhcpd-ipv6only": ["odhcpd", 35],
  rpcd: ["rpcd", 12],
  uhttpd: ["uhttpd", 50],
  umdns: ["umdns", 80],
  "urandom-seed": ["urandom_seed", 99],
  urngd: ["urngd", 0],
};

/** Programs that a device could not do without, at their real places. */
const PROGRAMS: Record<string, readonly string[]> = {
  "apk-mbedtls": ["usr/bin/apk"],
  "apk-openssl": ["usr/bin/apk"],
  busybox: ["bin/busybox"],
  dropbear: ["usr/sbin/dropbear"],
  kernel: [],
  opkg: ["bin/opkg"],
  procd: ["sbin/procd", "sbin/init"],
};

/** What a package brings: some hundred bytes that follow from name and version; services have a script that starts them. */
export function contentOf(record: PackageRecord, release: Release, target: string | null): ContentFile[] {
  const { baseName, version, section, description } = record;
  if (baseName === "base-files" && target !== null) return baseFiles(record, release, target);
  const seed = hexOf(`${baseName} ${version}`, 64);
  const text = `# ${baseName} ${version}\n# ${description}\n${`${seed}\n`.repeat(2 + (Number.parseInt(seed.slice(0, 2), 16) % 30))}`;
  const content = Buffer.from(text);
  const programs = PROGRAMS[baseName]?.map((path) => ({ path, content, mode: 0o755 }));
  const files = programs ?? [{ path: `${FOLDERS[section] ?? "usr/bin"}/${baseName}`, content }];
  const [service, start] = SERVICES[baseName] ?? [];
  return service
    ? [...files, { path: `etc/init.d/${service}`, content: serviceScript(service, start ?? 50), mode: 0o755 }]
    : files;
}
