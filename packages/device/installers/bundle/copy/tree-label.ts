import { access } from "node:fs/promises";
import { join } from "node:path";
import { isMissing, readTextIfThere } from "../../../store/atomic-file.ts";
import type { InstalledStore } from "../../../store/installed.ts";
import { jsonOrNull } from "../../../store/record.ts";
import type { Backup, InPlace } from "../../types.ts";

/** Which release a tree in the folder of backups is, by the few bytes that were written when it was made; null when it isn't one of ours. */
export async function treeLabel(dir: string, tree: string): Promise<InPlace | null> {
  const value = jsonOrNull((await readTextIfThere(join(dir, tree, "tree.json"))) ?? "") as Partial<InPlace> | null;
  const { version, manifest_sha256 } = value ?? {};
  if (typeof version !== "string" || version === "") return null;
  return { tree, version, manifest_sha256: manifest_sha256 ?? null };
}

/** The release in place, which in the copy layout nothing but its record says. */
export async function copyInPlace(installed: Pick<InstalledStore, "load">): Promise<InPlace | null> {
  const { layout, tree, version, manifest_sha256 } = await installed.load();
  return layout !== "copy" || tree === undefined || version === undefined
    ? null
    : { tree, version, manifest_sha256: manifest_sha256 ?? null };
}

/** Earlier releases one can go back to: those whose files are there. */
export async function copyBackups(dir: string, installed: Pick<InstalledStore, "load">): Promise<Backup[]> {
  const { tree: current, earlier } = await installed.load();
  const backups: Backup[] = [];
  for (const tree of earlier) {
    const path = join(dir, tree, "files");
    const label = tree !== current && (await isThere(path)) && (await treeLabel(dir, tree));
    if (label) backups.push({ ...label, path });
  }
  return backups;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error) => {
      // Who only reads may not be let into the folder: then there is nothing to see.
      if (isMissing(error) || error.code === "EACCES") return false;
      throw error;
    },
  );
}
