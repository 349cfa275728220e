import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { WayFacts } from "./way.ts";

/** Where things are that `pawl setup` puts in place. The helper believes no other configuration. */
export const PLACES = {
  config: "/etc/pawl/pawl.yaml",
  /** The one device file. */
  program: "/usr/local/bin/pawl",
  /** The same file under root's name. */
  helper: "/usr/local/sbin/pawl-apply",
  units: "/etc/systemd/system",
  /** polkit 0.106 and later reads JavaScript rules from there. */
  polkitRules: "/etc/polkit-1/rules.d",
  sudoers: "/etc/sudoers.d",
} as const;

/** There while systemd is PID 1 (sd_booted(3)). */
const SYSTEMD_RUNS = "/run/systemd/system";

export function hasSystemd(): boolean {
  return existsSync(SYSTEMD_RUNS);
}

/** Where distributions have polkit's daemon. */
const POLKITS = [
  "/usr/lib/polkit-1/polkitd",
  "/usr/libexec/polkit-1/polkitd",
  "/usr/libexec/polkitd",
  "/usr/lib/polkitd",
];

/** By this file D-Bus starts it, wherever it is. */
const POLKITS_SERVICE = "/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service";

/** Whether polkit is there and reads rules such as ours. `root` is what `/` is on the device; the folder of the rules stays when polkit goes. */
export function hasPolkit(root = "/"): boolean {
  const isThere = (path: string) => existsSync(join(root, path));
  if (!isThere(PLACES.polkitRules)) return false;
  return [...POLKITS, ...programsOf(join(root, POLKITS_SERVICE))].some(isThere);
}

/** What a D-Bus service file starts: one at most. */
function programsOf(path: string): string[] {
  try {
    return /^Exec=(\S+)/m.exec(readFileSync(path, "utf8"))?.slice(1) ?? [];
  } catch {
    return [];
  }
}

/** As they are on this machine, for one configuration file. */
export function wayFacts(configPath: string): WayFacts {
  return {
    isRoot: process.geteuid?.() === 0,
    isSystemConfig: configPath === PLACES.config,
    hasSystemd: hasSystemd(),
    hasUnit: existsSync(`${PLACES.units}/pawl-apply@.service`),
    hasPolkit: hasPolkit(),
    hasHelper: existsSync(PLACES.helper),
  };
}
