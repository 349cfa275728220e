import type { BundleInstall } from "@pawl/protocol";
import type { InstallerParts } from "../index.ts";
import type { Installer } from "../types.ts";
import { SymlinkInstaller } from "./symlink-installer.ts";

export interface BundleInstallerParts extends InstallerParts {
  config: BundleInstall;
}

/** Release bundles, in the layout the device declares. */
export function bundleInstaller({ config, ...parts }: BundleInstallerParts): Installer {
  const { home } = config;
  if (home === undefined) throw new Error("TODO copy layout");
  return new SymlinkInstaller({ ...parts, config: { ...config, home } });
}
