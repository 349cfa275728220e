import type { InstallConfig } from "@pawl/protocol";
import type { InstalledStore } from "../store/installed.ts";
import type { Clock, Run } from "../system/types.ts";
import { bundleInstaller } from "./bundle/index.ts";
import { pipInstaller } from "./pip/index.ts";
import type { Installer } from "./types.ts";

export type { Backup, InPlace, Installer, Need, Report, Staging } from "./types.ts";

/** What every installer gets. */
export interface InstallerParts {
  installed: InstalledStore;
  /** Where earlier releases go when the app's configuration names no place. */
  backupDir: string;
  /** What the device says it had before Pawl. */
  versionBefore(): Promise<string | null>;
  run: Run;
  /** The source's address, for the record of what is installed. */
  source: string;
  now(): Date;
}

/** What installers get that build what they install. */
export interface BuildParts {
  clock: Clock;
  /** Where it is remembered what interpreters said of themselves: a file of this process's own side. */
  pythonCache: string;
  /** The repository commits come from, as pip may note it: no password. Null when releases are bundles. */
  repository: { url: string } | null;
}

/** The installer an app declares. A new one is a folder and a line here. */
export function createInstaller(config: InstallConfig, parts: InstallerParts & BuildParts): Installer {
  if ("pip" in config) return pipInstaller({ config: config.pip, ...parts });
  return bundleInstaller({ config: config.bundle, ...parts });
}
