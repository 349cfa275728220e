import type { InstallConfig } from "@pawl/protocol";
import type { InstalledStore } from "../store/installed.ts";
import type { Run } from "../system/types.ts";
import { BundleInstaller } from "./bundle/index.ts";
import type { Installer } from "./types.ts";

export type { Backup, InPlace, Installer, Report, Staging } from "./types.ts";

/** What every installer gets. */
export interface InstallerParts {
  installed: InstalledStore;
  run: Run;
  /** The source's address, for the record of what is installed. */
  source: string;
  now(): Date;
}

/** The installer an app declares. A new one is a folder and a line here. */
export function createInstaller(config: InstallConfig, parts: InstallerParts): Installer {
  return new BundleInstaller({ config: config.bundle, ...parts });
}
