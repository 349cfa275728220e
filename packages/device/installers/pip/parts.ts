import type { PipInstall } from "@pawl/protocol";
import type { BuildParts, InstallerParts } from "../index.ts";

export interface PipInstallerParts extends InstallerParts, BuildParts {
  config: PipInstall;
}

/** Whose process something is. */
export interface User {
  uid: number;
  gid: number;
}
