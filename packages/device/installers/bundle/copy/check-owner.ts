import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../../error.ts";
import { isRootsAlone } from "../../../store/roots-alone.ts";
import { unlessGone } from "../shared-link.ts";
import { isRoot } from "./owner.ts";
import { statsAt } from "./standing.ts";

const OWN = [".pawl-app.json", ".journal.json"];
const IN_TREE = ["", "tree.json", "manifest.json", "backup.json", "files"];

/**
 * Refuses a folder of backups in which somebody else could have written: what it says decides what is put where. What
 * isn't there yet is no trouble. Throws UpdateError `not_writable`.
 *
 * @param trees those that are going to be read
 */
export async function checkOwner(dir: string, trees: readonly (string | null)[] = []): Promise<void> {
  // The way to it is the device owner's affair, and may end in a link.
  const folder = await unlessGone(stat(dir), null);
  if (folder === null) return;
  if (!isOurs(folder)) throw somebodys(dir, folder);
  const inTrees = trees.flatMap((tree) => (tree === null ? [] : IN_TREE.map((name) => join(tree, name))));
  for (const name of [...OWN, ...inTrees]) {
    const stats = await statsAt(join(dir, name));
    if (stats === null) continue;
    if (stats.isSymbolicLink()) throw linked(join(dir, name));
    if (!isOurs(stats)) throw somebodys(join(dir, name), stats);
  }
}

function isOurs(stats: Stats): boolean {
  return isRoot() ? isRootsAlone(stats) : stats.uid === process.getuid?.();
}

function somebodys(path: string, { uid, mode }: Stats): UpdateError {
  const detail = `owner ${uid}, mode ${(mode & 0o7777).toString(8)}`;
  const message = isRoot()
    ? `${path}, where Pawl keeps backups, must be root's, and nobody else may write there. Look at what is in it, then run: chown root:root ${path} && chmod go-w ${path}`
    : `${path}, where Pawl keeps backups, belongs to another user than the one Pawl runs as. Run Pawl as root, or name another folder as backup_dir, below install.`;
  return new UpdateError("not_writable", message, { path, detail });
}

function linked(path: string): UpdateError {
  const message = `${path} is a link, and Pawl puts none among its backups. Look at where it leads, and remove it.`;
  return new UpdateError("not_writable", message, { path });
}
