import type { BundleInstall } from "@pawl/protocol";
import type { InstalledLayout } from "../../store/installed.ts";
import type { InstallerParts } from "../index.ts";
import type { Installer } from "../types.ts";
import { CopyInstaller } from "./copy/copy-installer.ts";
import { SymlinkInstaller } from "./symlink-installer.ts";
import { holdsLinks, layoutInPlace, layoutToInstall } from "./which-layout.ts";

export interface BundleInstallerParts extends InstallerParts {
  config: BundleInstall;
}

/**
 * Release bundles, in the layout the app is installed in or the device declares. Asked for each call: another process may
 * have installed the first release in the meantime.
 */
export function bundleInstaller({ config, ...parts }: BundleInstallerParts): Installer {
  const { home } = config;
  const copy = new CopyInstaller({ ...parts, config });
  const symlink = home === undefined ? null : new SymlinkInstaller({ ...parts, config: { ...config, home } });

  const of = (layout: InstalledLayout): Installer => (layout === "symlink" ? (symlink ?? copy) : copy);
  const inPlace = () => layoutInPlace(config, parts.installed);
  const declared = config.layout ?? (symlink ? null : "copy");
  const toLookAt = async () => of((await inPlace()) ?? declared ?? "symlink");
  const toInstall = async (canLink: typeof holdsLinks) => of(await layoutToInstall(config, await inPlace(), canLink));
  /** Between its staging and its first record, an update's layout is the one that holds its tree. */
  const holding = async (tree: string) =>
    of((await inPlace()) ?? declared ?? ((await copy.has(tree)) ? "copy" : "symlink"));

  return {
    settleDisk: async () => {
      await symlink?.settleDisk();
      await copy.settleDisk();
    },
    unrecorded: async () => ((await inPlace()) === "symlink" ? null : copy.unrecorded()),
    current: async () => (await toLookAt()).current(),
    backups: async () => (await toLookAt()).backups(),
    kept: async () => (await toLookAt()).kept(),
    // Who only looks doesn't try anything out on the disk.
    needs: async (manifest) => (await toInstall(async () => true)).needs(manifest),
    stage: async (staging, report, signal) => (await toInstall(holdsLinks)).stage(staging, report, signal),
    manifest: async (tree) => (await holding(tree)).manifest(tree),
    verifyKept: async (move, signal) => (await holding(move.next)).verifyKept(move, signal),
    adopt: async (move, report, whileStopped) => (await holding(move.next)).adopt(move, report, whileStopped),
    backUp: async (move, report) => (await holding(move.next)).backUp(move, report),
    switchTo: async (move, report) => (await holding(move.next)).switchTo(move, report),
    switchBack: async (move, report) => (await holding(move.next)).switchBack(move, report),
    settle: async (move, report) => (await holding(move.next)).settle(move, report),
    commit: async (move, update) => (await holding(move.next)).commit(move, update),
    discard: async (update, move) => {
      if (move) return (await holding(move.next)).discard(update, move);
      // Whichever it was unpacked in.
      await symlink?.discard(update, null);
      await copy.discard(update, null);
    },
  };
}
