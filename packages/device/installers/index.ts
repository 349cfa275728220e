import type { InstallConfig } from "@pawl/protocol";
import type { InstalledStore } from "../store/installed.ts";
import type { Run } from "../system/types.ts";
import { bundleInstaller } from "./bundle/index.ts";
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

/** The installer an app declares. A new one is a folder and a line here. */
export function createInstaller(config: InstallConfig, parts: InstallerParts): Installer {
  return bundleInstaller({ config: config.bundle, ...parts });
}
