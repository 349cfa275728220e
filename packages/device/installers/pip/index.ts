import type { Installer } from "../types.ts";
import { inPlaceInstaller } from "./in-place/index.ts";
import type { PipInstallerParts } from "./parts.ts";
import { VenvInstaller } from "./venv/venv-installer.ts";

export type { PipInstallerParts } from "./parts.ts";

/** Python projects, in the mode the device declares. */
export function pipInstaller(parts: PipInstallerParts): Installer {
  const { mode, home } = parts.config;
  if (mode === "venv" && home !== undefined) return new VenvInstaller({ ...parts, config: { ...parts.config, home } });
  return inPlaceInstaller(parts);
}
