import type { Installer } from "../../types.ts";
import type { PipInstallerParts } from "../parts.ts";
import { InPlaceInstaller } from "./in-place-installer.ts";

/** Python projects in an environment that is there already. */
export function inPlaceInstaller(parts: PipInstallerParts): Installer {
  return new InPlaceInstaller(parts);
}
