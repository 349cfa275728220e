import type { PipInstall } from "@pawl/protocol";
import type { InstalledStore } from "../../store/installed.ts";
import type { Installer } from "../types.ts";
import { inPlaceStanding } from "./in-place/look.ts";
import { venvStanding } from "./venv/look.ts";

/** What is in place and what one can go back to, for those who only look. */
export function pipInPlace(
  config: PipInstall,
  installed: InstalledStore,
  backupDir: string,
  pythonCache: string,
): Pick<Installer, "current" | "backups"> {
  const { mode, home, distribution } = config;
  if (mode === "venv" && home !== undefined) return venvStanding({ home, distribution }, installed);
  return inPlaceStanding(config, installed, backupDir, pythonCache);
}
