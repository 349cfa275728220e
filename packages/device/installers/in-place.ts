import type { InstallConfig } from "@pawl/protocol";
import type { InstalledStore } from "../store/installed.ts";
import { bundlesInPlace } from "./bundle/in-place.ts";
import { pipInPlace } from "./pip/look.ts";
import type { Installer } from "./types.ts";

/** What is in place and what one can go back to, for those who only look: nothing is read by its schema. */
export function inPlace(
  install: InstallConfig,
  installed: InstalledStore,
  backupDir: string,
  pythonCache: string,
): Pick<Installer, "current" | "backups"> {
  return "pip" in install
    ? pipInPlace(install.pip, installed, backupDir, pythonCache)
    : bundlesInPlace(install.bundle, installed, backupDir);
}
