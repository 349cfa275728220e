import { lchown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isRootsAlone } from "../store/roots-alone.ts";

/**
 * Gives another user what root has written in a folder that was root's alone until now, as Pawl did on a device where it
 * was used as root before: the folder itself comes last, and is its caller's to give.
 *
 * From the leaves up: a folder is only entered while nobody but root may write in it, so nobody can have laid a link
 * there, and one that is given away already is done. May be interrupted and called again.
 */
export async function handOver(dir: string, ids: { uid: number; gid: number }): Promise<void> {
  if (!isRootsAlone(await lstat(dir))) return;
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    const there = await lstat(path);
    if (there.uid !== 0) continue;
    if (there.isDirectory()) {
      await handOver(path, ids);
      await lchown(path, ids.uid, ids.gid);
    }
    // What has another name elsewhere isn't ours alone to give.
    else if (there.isFile() && there.nlink === 1) await lchown(path, ids.uid, ids.gid);
  }
}
