import { chmod, chown, lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AdoptedPath, Adoption } from "./adopt-journal.ts";
import { kindAt } from "./layout.ts";
import { MANIFEST_PATH } from "./tree.ts";

/** What the folder that becomes the whole tree is like, when a path maps it all. Reads only. */
export async function lookAtRoot(paths: readonly AdoptedPath[]): Promise<Pick<Adoption, "root" | "ownManifest">> {
  const whole = paths.find(({ from }) => from === "");
  if (!whole) return { root: null, ownManifest: null };
  const { uid, gid, mode } = await lstat(whole.at);
  if ((await kindAt(join(whole.at, MANIFEST_PATH))) === null) return { root: { uid, gid, mode }, ownManifest: null };
  for (let n = 1; ; n++) {
    const ownManifest = `${MANIFEST_PATH}.pawl-old${n === 1 ? "" : `-${n}`}`;
    if ((await kindAt(join(whole.at, ownManifest))) === null) return { root: { uid, gid, mode }, ownManifest };
  }
}

/** Whoever could write in the tree's own folder could say what release it is: it belongs to whoever applies updates. */
export async function takeRoot(root: string, { root: was, ownManifest }: Adoption): Promise<void> {
  if (was === null) return;
  await chown(root, process.geteuid?.() ?? was.uid, process.getegid?.() ?? was.gid);
  await chmod(root, (was.mode & 0o7755) | 0o700);
  if (ownManifest !== null && (await kindAt(join(root, ownManifest))) === null) {
    await rename(join(root, MANIFEST_PATH), join(root, ownManifest));
  }
}

/** Undoes `takeRoot`. */
export async function giveRootBack(root: string, { root: was, ownManifest }: Adoption): Promise<void> {
  if (was === null || (await kindAt(root)) === null) return;
  const isAside = ownManifest !== null && (await kindAt(join(root, ownManifest))) !== null;
  if (isAside) await rename(join(root, ownManifest), join(root, MANIFEST_PATH));
  else if (ownManifest === null) await rm(join(root, MANIFEST_PATH), { force: true });
  await chown(root, was.uid, was.gid);
  await chmod(root, was.mode & 0o7777);
}
