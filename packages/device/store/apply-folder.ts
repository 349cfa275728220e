import { chmod, lstat, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { UpdateError } from "../error.ts";
import { ensureFolder } from "./atomic-file.ts";
import { isRootsAlone, isRootsSticky } from "./roots-alone.ts";

/**
 * Makes root's folder of an app, which the unprivileged side reads, with the folders above it. What root believes lies in
 * there: one that root finds and that somebody else could have written in is refused with UpdateError `not_writable`.
 */
export async function ensureApplyFolder(path: string): Promise<void> {
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
  for (const above of [dirname(dirname(path)), dirname(path)]) await refuseOthers(above, "");
  await refuseOthers(path, "-R ");
}

async function refuseOthers(path: string, all: "" | "-R "): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory() && (isRootsAlone(stats) || isRootsSticky(stats))) return;
  const mode = (stats.mode & 0o7777).toString(8);
  throw new UpdateError(
    "not_writable",
    `${path} must be a folder of root's that nobody else can write in. Look at what is in it, then run: chown ${all}0:0 ${path}; chmod ${all}go-w ${path}`,
    { path, detail: `owner ${stats.uid}, mode ${mode}${stats.isDirectory() ? "" : ", not a folder"}` },
  );
}
