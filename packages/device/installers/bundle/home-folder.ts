import { chmod, lstat, mkdir, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { UpdateError } from "../../error.ts";
import { ensureFolder } from "../../store/atomic-file.ts";
import { isRootsAlone } from "../../store/roots-alone.ts";
import { isRoot } from "./copy/owner.ts";
import type { Layout } from "./layout.ts";
import { unlessGone } from "./shared-link.ts";

/**
 * Refuses with UpdateError `not_writable` a home or a folder of releases in which somebody else could have written: what
 * lies there is moved, run and given away by root. Folders that aren't there yet are fine. Reads only.
 */
export async function checkHome({ home, releases }: Pick<Layout, "home" | "releases">): Promise<void> {
  for (const path of [home, releases]) {
    const real = await unlessGone(realpath(path), null);
    if (real === null) continue;
    const stats = await lstat(real);
    if (isRoot() ? isRootsAlone(stats) : stats.uid === process.geteuid?.()) continue;
    const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
    const run = `chown ${uid}:${gid} ${real}; chmod go-w ${real}`;
    const message = `${path} must belong to the user that applies updates, and nobody else may write in it. Look at what is in it, then run: ${run}`;
    throw new UpdateError("not_writable", message, {
      path,
      detail: `owner ${stats.uid}, mode ${(stats.mode & 0o7777).toString(8)}`,
    });
  }
}

/** Makes both folders, with those above them. Throws the same. */
export async function ensureHome(layout: Pick<Layout, "home" | "releases">): Promise<void> {
  await ensureFolder(dirname(layout.home));
  for (const path of [layout.home, layout.releases]) {
    try {
      await mkdir(path);
      // Whatever the umask is.
      await chmod(path, 0o755);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
  await checkHome(layout);
}
