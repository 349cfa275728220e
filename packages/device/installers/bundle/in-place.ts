import type { BundleInstall } from "@pawl/protocol";
import type { InstalledStore } from "../../store/installed.ts";
import type { Installer } from "../types.ts";
import { copyBackups, copyInPlace } from "./copy/tree-label.ts";
import { layoutOf } from "./layout.ts";
import { symlinkBackups, symlinkInPlace } from "./symlink-in-place.ts";
import { layoutInPlace } from "./which-layout.ts";

/** What is in place and what one can go back to, for those who only look: no manifest is read by its schema. */
export function bundlesInPlace(
  config: BundleInstall,
  installed: InstalledStore,
  backupDir: string,
): Pick<Installer, "current" | "backups"> {
  const { home } = config;
  const isCopy = async () =>
    home === undefined || ((await layoutInPlace(config, installed)) ?? config.layout ?? "symlink") === "copy";
  const layout = layoutOf(home ?? "");
  return {
    current: async () => ((await isCopy()) ? copyInPlace(installed) : symlinkInPlace(layout)),
    backups: async () =>
      (await isCopy()) ? copyBackups(config.backup_dir ?? backupDir, installed) : symlinkBackups(layout, installed),
  };
}
