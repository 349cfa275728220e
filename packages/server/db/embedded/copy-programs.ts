import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ServerError } from "../../error.ts";

/**
 * The folder of a copy that everybody may execute and only this user may change, at `<parent>/postgresql-<version>`. One that is there
 * already is used when it is whole. It appears under its name in one step, so nobody meets half of one.
 */
export async function copyPrograms(folder: string, version: string, parent: string): Promise<string> {
  const target = join(parent, `postgresql-${version}`);
  const wanted = await list(folder);
  await mkdir(parent, { recursive: true, mode: 0o755 });
  if (await isWhole(target, wanted)) return target;

  const fresh = await mkdtemp(join(parent, `.postgresql-${version}-`));
  try {
    await copyEntries(folder, fresh, wanted);
    await putInPlace(fresh, target);
  } catch (error) {
    // Somebody else was faster: theirs is as good.
    if (!(await isWhole(target, wanted))) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return target;
}

type Entry = { path: string; kind: "folder" | "link" } | { path: string; kind: "file"; size: number; mode: number };

/** What has to be there to run it: without what one compiles against. */
async function list(folder: string, path = ""): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of (await readdir(join(folder, path))).sort()) {
    const here = join(path, name);
    const stat = await lstat(join(folder, here));
    if (/\.a$|^pkgconfig$/.test(name)) continue;
    if (stat.isSymbolicLink()) entries.push({ path: here, kind: "link" });
    else if (stat.isDirectory()) entries.push({ path: here, kind: "folder" }, ...(await list(folder, here)));
    else entries.push({ path: here, kind: "file", size: stat.size, mode: stat.mode });
  }
  return entries;
}

async function isWhole(target: string, wanted: readonly Entry[]): Promise<boolean> {
  const stat = await lstat(target).catch(() => null);
  if (!stat) return false;
  // In a folder that everybody writes to, somebody else may have been here first, to have us run what is theirs.
  if (!stat.isDirectory() || stat.uid !== process.geteuid?.() || (stat.mode & 0o022) !== 0) {
    throw new ServerError("database_failed", `${target} isn't Pawl's own; remove it.`);
  }
  return shape(await list(target)) === shape(wanted);
}

function shape(entries: readonly Entry[]): string {
  return entries.map((entry) => `${entry.path}\0${entry.kind === "file" ? entry.size : entry.kind}`).join("\n");
}

async function copyEntries(from: string, to: string, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    const [source, target] = [join(from, entry.path), join(to, entry.path)];
    if (entry.kind === "link") await symlink(await readlink(source), target);
    else if (entry.kind === "folder") await mkdir(target);
    else await copyFile(source, target, constants.COPYFILE_FICLONE);
    // The originals' modes follow whatever umask npm ran under.
    if (entry.kind === "folder") await chmod(target, 0o755);
    if (entry.kind === "file") await chmod(target, (entry.mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
  await chmod(to, 0o755);
}

async function putInPlace(fresh: string, target: string): Promise<void> {
  const old = `${target}.old-${randomBytes(4).toString("hex")}`;
  await rename(target, old).catch(() => undefined);
  await rename(fresh, target);
  await rm(old, { recursive: true, force: true });
}
