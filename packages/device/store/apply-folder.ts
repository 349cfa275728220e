import { chmod, lstat, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UpdateError } from "../error.ts";
import { outsidersPlace } from "../setup/outsiders.ts";
import { ensureFolder, isMissing } from "./atomic-file.ts";
import { isRootsAlone, isRootsSticky } from "./roots-alone.ts";

/**
 * Makes root's folder of an app, which the unprivileged side reads, with the folders above it. What root believes lies in
 * there: one that root finds and that somebody else could have written in is refused with UpdateError `not_writable`.
 *
 * The state folder itself, two above, may be where a link of root's leads, as on a device whose `/var` can't be written to.
 */
export async function ensureApplyFolder(path: string): Promise<void> {
  const stateDir = dirname(dirname(path));
  await refuseBadLink(stateDir);
  await ensureFolder(dirname(path));
  try {
    await mkdir(path);
    // Whatever the umask is.
    await chmod(path, 0o755);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  if (process.getuid?.() !== 0) return;
  // Whoever may rename in a folder above could lay another one in its place.
  await refuseOthers(stateDir, "", stat);
  await refuseOthers(dirname(path), "", lstat);
  await refuseOthers(path, "-R ", lstat);
}

/** A link that leads nowhere, or whose way somebody else than root decides. */
async function refuseBadLink(path: string): Promise<void> {
  const there = await lstat(path).catch(nullIfMissing);
  if (!there?.isSymbolicLink()) return;
  if ((await stat(path).catch(nullIfMissing)) === null) {
    const message = `${path} is a link to a folder that isn't there. Mount the disk that it is on, or make it.`;
    throw new UpdateError("not_writable", message, { path });
  }
  if (process.getuid?.() !== 0) return;
  const place = await outsidersPlace({ root: "/" }, path);
  if (place === null) return;
  throw new UpdateError(
    "not_writable",
    `${path} is a link, and others than root can change ${place}, so they decide where it leads. Run: chown -h 0:0 ${place}; chmod go-w ${place}`,
    { path },
  );
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

async function refuseOthers(path: string, all: "" | "-R ", look: typeof lstat | typeof stat): Promise<void> {
  const stats = await look(path);
  if (stats.isDirectory() && (isRootsAlone(stats) || isRootsSticky(stats))) return;
  const mode = (stats.mode & 0o7777).toString(8);
  throw new UpdateError(
    "not_writable",
    `${path} must be a folder of root's that nobody else can write in. Look at what is in it, then run: chown ${all}0:0 ${path}; chmod ${all}go-w ${path}`,
    { path, detail: `owner ${stats.uid}, mode ${mode}${stats.isDirectory() ? "" : ", not a folder"}` },
  );
}
