import { type Manifest, type ManifestEntry, parents, pathTrouble } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";

/** Every release carries its manifest here. */
export const MANIFEST_PATH = "manifest.json";

/** As many as a manifest may have files: a hostile one could make folders by the million from few long paths. */
const MAX_FOLDERS = 200_000;

export interface Tree {
  /** What the manifest lists, by path. */
  entries: Map<string, ManifestEntry>;
  /** The folders these need, each after the one it lies in. */
  folders: Set<string>;
}

/**
 * The tree that a manifest describes. Throws UpdateError `archive_refused` when it can't be the same on every file
 * system: two paths that differ only by case or unicode form, a path twice, a file where a folder is needed, or a link
 * that leaves the tree.
 */
export function plannedTree(manifest: Pick<Manifest, "files">): Tree {
  const entries = new Map<string, ManifestEntry>();
  const folders = new Set<string>();
  const folded = new Map([[fold(MANIFEST_PATH), MANIFEST_PATH]]);

  const claim = (path: string) => {
    const other = folded.get(fold(path));
    if (other === path) throw refused(path, "stands for two things in the release");
    if (other !== undefined)
      throw refused(path, `can't stand beside ${other}: some file systems take them for the same`);
    folded.set(fold(path), path);
  };

  for (const entry of manifest.files) {
    const trouble = pathTrouble(entry.path);
    if (trouble) throw refused(entry.path, trouble);
    if ("link" in entry) checkLink(entry.path, entry.link);
    for (const folder of parents(entry.path)) {
      if (folders.has(folder)) continue;
      claim(folder);
      folders.add(folder);
      if (folders.size > MAX_FOLDERS) throw refused(entry.path, `needs more than ${MAX_FOLDERS} folders`);
    }
    claim(entry.path);
    entries.set(entry.path, entry);
  }
  return { entries, folders };
}

/**
 * Links go up only at their front (`../../a/b`), where every step is a real folder of the tree. After a name, `..` would
 * depend on whether that name is itself a link, and the path on paper could differ from the one the system walks.
 */
function checkLink(path: string, target: string): void {
  const parts = target.split("/");
  const firstName = parts.findIndex((part) => part !== "..");
  const ups = firstName === -1 ? parts.length : firstName;
  const rest = parts.slice(ups).join("/");
  const trouble =
    ups > parents(path).length ? "leaves its tree with .." : rest === "" && ups > 0 ? null : pathTrouble(rest);
  if (trouble) throw refused(path, `is a link whose target ${trouble}`);
}

/** The same for two names that a file system which ignores case or unicode form takes for one. */
function fold(path: string): string {
  return path.normalize("NFD").toUpperCase().toLowerCase().normalize("NFD");
}

function refused(path: string, why: string): UpdateError {
  return new UpdateError("archive_refused", `${path} ${why}.`, { path });
}
