import type { ContentFile } from "../formats/package-file.ts";
import type { PackageRecord } from "../world/package.ts";
import type { Release } from "../world/releases.ts";
import { serviceScript } from "./service-script.ts";

/** Folders of a root file system that are empty until it runs. */
const EMPTY = ["dev/", "mnt/", "overlay/", "proc/", "root/", "rom/", "sys/", "tmp/", "etc/config/"];
/** The base's own services: when each starts, and stops. */
const SERVICES: readonly (readonly [string, number, number?])[] = [
  ["boot", 10, 90],
  ["done", 95],
  ["led", 96],
  ["sysctl", 11],
  ["sysfixtime", 0, 90],
  ["system", 10],
];

/** The skeleton of a router's root file system, in small. */
export function baseFiles({ version, architecture }: PackageRecord, release: Release, target: string): ContentFile[] {
  const file = (path: string, text: string, mode = 0o644) => ({ path, content: Buffer.from(text), mode });
  return [
    ...EMPTY.map((path) => ({ path, content: Buffer.alloc(0) })),
    file("bin/config_generate", "#!/bin/sh\n# Makes /etc/config/network and system at the first boot.\n", 0o755),
    file("etc/banner", ` ${nameOf(release)} ${release.name}, ${release.versionCode}\n`),
    file(
      "etc/device_info",
      `DEVICE_MANUFACTURER='${nameOf(release)}'\nDEVICE_PRODUCT='Generic'\nDEVICE_REVISION='v0'\n`,
    ),
    file("etc/group", "root:x:0:\nnobody:x:65534:\n"),
    file("etc/hosts", "127.0.0.1 localhost\n"),
    file("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n::shutdown:/etc/init.d/rcS K shutdown\n"),
    file("etc/openwrt_release", releaseText(release, target, architecture)),
    file("etc/openwrt_version", `${release.versionCode}\n`),
    file("etc/passwd", "root:x:0:0:root:/root:/bin/ash\nnobody:*:65534:65534:nobody:/var:/bin/false\n"),
    file("etc/profile", "export PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"),
    file("etc/rc.common", RC_COMMON, 0o755),
    file("etc/rc.local", "# What stands here is run once the system is up.\nexit 0\n"),
    file("etc/shadow", "root:::0:99999:7:::\n", 0o600),
    file("etc/sysctl.conf", "# Defaults are in /etc/sysctl.d/*.conf\n"),
    file(
      "etc/uci-defaults/10_migrate-shadow",
      "ppasswd=\"$(sed -ne '/^root:/s/^root:\\([^:]*\\):.*$/\\1/p' /etc/passwd)\"\nexit 0\n",
    ),
    ...SERVICES.map(([name, start, stop]) => ({
      path: `etc/init.d/${name}`,
      content: serviceScript(name, start, stop),
      mode: 0o755,
    })),
    file("lib/functions.sh", FUNCTIONS),
    file("sbin/sysupgrade", `#!/bin/sh\n# base-files ${version}\n`, 0o755),
    file(
      "usr/lib/os-release",
      `NAME="${nameOf(release)}"\nVERSION="${release.name}"\nBUILD_ID="${release.versionCode}"\n`,
    ),
  ];
}

function nameOf({ imagePrefix }: Release): string {
  return { lede: "LEDE", juno: "Juno" }[imagePrefix.split("-")[0] ?? ""] ?? "OpenWrt";
}

function releaseText(release: Release, target: string, architecture: string): string {
  const facts = {
    DISTRIB_ID: nameOf(release),
    DISTRIB_RELEASE: release.name,
    DISTRIB_REVISION: release.versionCode,
    DISTRIB_TARGET: target,
    DISTRIB_ARCH: architecture,
    DISTRIB_DESCRIPTION: `${nameOf(release)} ${release.name} ${release.versionCode}`,
    DISTRIB_TAINTS: "",
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");
}

/** Turns a service on or off in the root file system it stands in, on a device or while an image is made. */
const RC_COMMON = `#!/bin/sh
initscript=$1
action=$2
. "$initscript"
name=$(basename "$initscript")

disable() {
\trm -f "$IPKG_INSTROOT"/etc/rc.d/S??"$name" "$IPKG_INSTROOT"/etc/rc.d/K??"$name"
}

enable() {
\tdisable
\t[ -z "$START" ] || ln -s "../init.d/$name" "$IPKG_INSTROOT/etc/rc.d/S$START$name"
\t[ -z "$STOP" ] || ln -s "../init.d/$name" "$IPKG_INSTROOT/etc/rc.d/K$STOP$name"
}

"$action"
`;

const FUNCTIONS = `# Functions that scripts of packages call.
default_prerm() {
\treturn 0
}

default_postinst() {
\treturn 0
}
`;
