import type { InstallConfig } from "@pawl/protocol";

/** Which paths of the device an app's installer has to do with. */
export interface InstallPlaces {
  /** Where that stands in the configuration. */
  kind: "bundle" | "pip";
  home: string | undefined;
  backup_dir: string | undefined;
  /** Path inside the release → path on the device. */
  map: Record<string, string>;
}

/** For those who treat every installer alike. */
export function placesOf(install: InstallConfig): InstallPlaces {
  if ("pip" in install) {
    const { mode, home, backup_dir } = install.pip;
    return { kind: "pip", home: mode === "venv" ? home : undefined, backup_dir, map: {} };
  }
  const { home, backup_dir, map } = install.bundle;
  return { kind: "bundle", home, backup_dir, map };
}
