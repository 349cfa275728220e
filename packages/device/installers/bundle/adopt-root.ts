import { lstat, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { AdoptedPath, Adoption } from "./adopt-journal.ts";
import { kindAt } from "./layout.ts";
import { OpenFolder, removeIn } from "./open-folder.ts";
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
  await using folder = await openRoot(root);
  if (folder === null) return;
  const [uid, gid] = [process.geteuid?.() ?? was.uid, process.getegid?.() ?? was.gid];
  await folder.give({ uid, gid, mode: (was.mode & 0o7755) | 0o700 });
  if (ownManifest !== null && (await kindAt(folder.reach(ownManifest))) === null) {
    await rename(folder.reach(MANIFEST_PATH), folder.reach(ownManifest));
  }
}

/** Undoes `takeRoot`. */
export async function giveRootBack(root: string, { root: was, ownManifest }: Adoption): Promise<void> {
  if (was === null) return;
  await using folder = await openRoot(root);
  if (folder === null) return;
  const isAside = ownManifest !== null && (await kindAt(folder.reach(ownManifest))) !== null;
  if (isAside) await rename(folder.reach(ownManifest), folder.reach(MANIFEST_PATH));
  else if (ownManifest === null) await removeIn(folder, MANIFEST_PATH);
  await folder.give(was);
}

/** Never what a link leads to: it is given to somebody. */
async function openRoot(root: string): Promise<OpenFolder | null> {
  await using above = await OpenFolder.at(dirname(root));
  return (await above?.in(basename(root))) ?? null;
}
