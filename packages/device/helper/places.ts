import { existsSync } from "node:fs";
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

/** As they are on this machine, for one configuration file. */
export function wayFacts(configPath: string): WayFacts {
  return {
    isRoot: process.geteuid?.() === 0,
    isSystemConfig: configPath === PLACES.config,
    hasSystemd: hasSystemd(),
    hasUnit: existsSync(`${PLACES.units}/pawl-apply@.service`),
    hasPolkit: existsSync(PLACES.polkitRules),
    hasHelper: existsSync(PLACES.helper),
  };
}
