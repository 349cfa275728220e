import { chmod, chown, mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parents } from "@pawl/protocol";
import type { Ownership } from "./ownership.ts";
import { setAside } from "./set-aside.ts";
import { unlessGone } from "./shared-link.ts";

/** A folder in `shared/` with all above it; those that are missing get the permissions and owners they have in the tree. */
export async function ensureSharedFolder(tree: string, folder: string, ownership: Ownership): Promise<void> {
  if (folder === "" || folder === ".") return;
  for (const path of [...parents(folder), folder]) {
    await makeTwinFolder(join(tree, path), join(ownership.shared, path), ownership);
  }
}

/** Makes `twin` a folder like `folder`. A link to one, by which an owner put the folder on another disk, counts as one. */
export async function makeTwinFolder(folder: string, twin: string, ownership: Ownership): Promise<void> {
  const there = await unlessGone(stat(twin), null);
  if (there?.isDirectory()) return;
  await setAside(twin, twin);
  const like = await unlessGone(stat(folder), null);
  const made = join(ownership.moving, "folder");
  await rm(made, { recursive: true, force: true });
  await mkdir(made);
  // Under its name only when it is complete: an app that may not write into its folder after a power cut stands still.
  if (like?.isDirectory()) await chown(made, like.uid, like.gid);
  await chmod(made, like?.isDirectory() ? like.mode & 0o7777 : 0o755);
  await rename(made, twin);
}
