import type { Installer } from "../types.ts";
import { InPlaceInstaller } from "./in-place/in-place-installer.ts";
import type { PipInstallerParts } from "./parts.ts";
import { VenvInstaller } from "./venv/venv-installer.ts";

/** Python projects, in the mode the device declares. */
export function pipInstaller(parts: PipInstallerParts): Installer {
  const { mode, home } = parts.config;
  if (mode === "venv" && home !== undefined) return new VenvInstaller({ ...parts, config: { ...parts.config, home } });
  return new InPlaceInstaller(parts);
}
