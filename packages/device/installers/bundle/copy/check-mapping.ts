import { resolve } from "node:path";
import type { BundleInstall, Manifest } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { keptBy } from "../ownership.ts";
import { type Place, pathOf } from "./place.ts";

/**
 * Refuses a map that doesn't fit a release. Throws UpdateError `bad_manifest` when it names what the release lacks,
 * `config_invalid` when it leads into the folder of backups.
 */
export function checkMapping(
  manifest: Manifest,
  places: ReadonlyMap<string, Place>,
  { map, keep, backupDir }: Pick<BundleInstall, "map" | "keep"> & { backupDir: string },
): void {
  const isKept = keptBy({ keep });
  for (const [name, at] of Object.entries(map)) {
    const from = name.replace(/\/+$/, "").replace(/^\.(\/|$)/, "");
    const ships = from === "" || manifest.files.some(({ path }) => path === from || path.startsWith(`${from}/`));
    if (ships || isKept(from)) continue;
    const message = `${manifest.version} does not contain ${from}, which belongs at ${at}.`;
    throw new UpdateError("bad_manifest", message, { version: manifest.version, path: at });
  }
  for (const [path, place] of places) {
    if (!`${pathOf(place)}/`.startsWith(`${resolve(backupDir)}/`)) continue;
    const message = `pawl.yaml maps ${path} into ${backupDir}, where Pawl keeps backups. Choose another place under install.bundle.map, or another install.bundle.backup_dir.`;
    throw new UpdateError("config_invalid", message, { path: pathOf(place) });
  }
}
