import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, lstat, readdir, readlink, rename, rmdir, unlink } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Manifest, parents } from "@pawl/protocol";
import picomatch from "picomatch";
import { ensureFolder } from "../../store/atomic-file.ts";
import { kindAt, replaceLink } from "./layout.ts";

/** A release's tree on disk with what its publisher put into it. */
export interface Tree {
  path: string;
  manifest: Manifest;
}

/** What belongs to the app or its owner, by `pawl.yaml` and the manifest. */
export interface Ownership {
  shared: string;
  /** The link to the release that runs. */
  current: string;
  /** Patterns of `keep:`. */
  keep: readonly string[];
  /** Paths of `config:` in `pawl.yaml`; each manifest adds its own. */
  config: readonly string[];
}

const NEW_SUFFIX = ".pawl-new";
const OLD_SUFFIX = ".pawl-old";

/**
 * Carries everything the app or the owner wrote over from one tree to another: what `from`'s manifest doesn't list, kept
 * files and edited config move to `shared/` and are linked in their place; then `to`, which doesn't run, gets the same links.
 * A file is there at every moment while it moves (a folder is away for the instant between two system calls).
 * May run twice, also after a power cut in the middle.
 */
export async function preserve(from: Tree | null, to: Tree, ownership: Ownership): Promise<void> {
  await ensureFolder(ownership.shared);
  if (from) {
    await rescue(from, ownership);
    await linkShared(from, ownership, configOf(from.manifest, ownership));
  }
  await giveToOwner(to, ownership);
  await linkShared(to, ownership, configOf(to.manifest, ownership));
}

/** The same once more for what `from`'s processes wrote between then and their end; `to` runs by now, so what it has stays its own. */
export async function preserveLate(from: Tree, to: Tree, ownership: Ownership): Promise<void> {
  const rescued = await rescue(from, ownership);
  const config = configOf(to.manifest, ownership);
  await linkShared(to, ownership, new Set(rescued.filter((path) => config.has(path))));
}

/** Moves to `shared/` what somebody wrote into a tree. Returns the paths. */
async function rescue(tree: Tree, ownership: Ownership): Promise<string[]> {
  const listed = new Map(tree.manifest.files.map((entry) => [entry.path, entry]));
  const folders = new Set(tree.manifest.files.flatMap((entry) => parents(entry.path)));
  const config = configOf(tree.manifest, ownership);
  const kept = keeps(ownership);
  const rescued: string[] = [];
  await visit("");
  return rescued;

  async function visit(folder: string): Promise<void> {
    for (const item of await readdir(join(tree.path, folder), { withFileTypes: true })) {
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      if (path === "manifest.json" || isLaidBeside(path, config)) continue;
      if (item.isSymbolicLink() && (await leadsToShared(tree.path, path, ownership.shared))) continue;
      const entry = listed.get(path);
      if (entry && "link" in entry) continue;
      if (item.isDirectory() && folders.has(path)) {
        await visit(path);
      } else if (!entry || (item.isFile() && (kept(path) || (config.has(path) && (await isEdited(tree, entry)))))) {
        await (item.isDirectory() ? moveFolder(tree, path, ownership) : moveFile(tree, path, ownership));
        rescued.push(path);
      }
    }
  }
}

/** Files that a release ships although they are the owner's (`keep:`) begin their life in `shared/`; those that are there win. */
async function giveToOwner(tree: Tree, ownership: Ownership): Promise<void> {
  const kept = keeps(ownership);
  for (const entry of tree.manifest.files) {
    const { path } = entry;
    if (!kept(path) || "link" in entry) continue;
    const inTree = join(tree.path, path);
    if ((await kindAt(inTree)) !== "file" || (await passesLink(tree.path, path))) continue;
    if ((await kindAt(join(ownership.shared, path))) === null || (await isEdited(tree, entry))) {
      await moveFile(tree, path, ownership);
    } else {
      await unlink(inTree);
    }
  }
  for (const folder of wholeFolders(ownership.keep)) {
    await ensureFolder(join(ownership.shared, folder));
    await removeEmptyFolders(join(tree.path, folder));
  }
}

/** Lays `shared/` over a tree: what the release doesn't ship is linked, what it ships stays, but for config and kept files. */
async function linkShared(tree: Tree, ownership: Ownership, config: ReadonlySet<string>): Promise<void> {
  await lay("");

  async function lay(folder: string): Promise<void> {
    for (const item of await readdir(join(ownership.shared, folder), { withFileTypes: true })) {
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      const at = join(tree.path, path);
      const kind = await kindAt(at);
      if (kind === null) await linkTo(at, join(ownership.shared, path));
      else if (kind === "folder" && item.isDirectory()) await lay(path);
      else if (kind === "file" && config.has(path)) await layBeside(at, join(ownership.shared, path));
    }
  }
}

/** The owner's config file takes the place of the shipped one, which stays beside it when it says something else. */
async function layBeside(at: string, owners: string): Promise<void> {
  if ((await sha256OfFile(at)) !== (await sha256OfFile(owners))) {
    const temp = `${at}${NEW_SUFFIX}.tmp`;
    await unlink(temp).catch(() => undefined);
    await link(at, temp);
    await rename(temp, `${at}${NEW_SUFFIX}`);
  }
  await linkTo(at, owners);
}

/** A second name first, then the link over the first name: the file is there at every moment. */
async function moveFile(tree: Tree, path: string, ownership: Ownership): Promise<void> {
  const at = join(tree.path, path);
  const shared = join(ownership.shared, path);
  await ensureFolder(dirname(shared));
  if ((await kindAt(at)) === "link") {
    // The same text at another place would lead elsewhere: what was meant is the neighbour in the release that runs.
    await replaceLink(shared, resolve(ownership.current, dirname(path), await readlink(at)));
  } else if (!(await isSameFile(at, shared))) {
    await setAside(shared);
    await link(at, shared);
  }
  await linkTo(at, shared);
}

/** What stands in the way in `shared/` is an older writing of the same thing. */
async function setAside(shared: string): Promise<void> {
  if ((await kindAt(shared)) !== null) await rename(shared, `${shared}${OLD_SUFFIX}`);
}

async function moveFolder(tree: Tree, path: string, ownership: Ownership): Promise<void> {
  const at = join(tree.path, path);
  const shared = join(ownership.shared, path);
  if ((await kindAt(shared)) === "folder") {
    for (const item of await readdir(at, { withFileTypes: true })) {
      const inside = `${path}/${item.name}`;
      if (item.isSymbolicLink() && (await leadsToShared(tree.path, inside, ownership.shared)))
        await unlink(join(tree.path, inside));
      else if (item.isDirectory()) await moveFolder(tree, inside, ownership);
      else await moveFile(tree, inside, ownership);
    }
    await removeLinksAndFolder(at);
    await linkTo(at, shared);
    return;
  }
  await setAside(shared);
  await ensureFolder(dirname(shared));
  await rename(at, shared);
  await linkTo(at, shared);
}

async function linkTo(at: string, shared: string): Promise<void> {
  await replaceLink(at, relative(dirname(at), shared));
}

async function removeLinksAndFolder(path: string): Promise<void> {
  for (const item of await readdir(path, { withFileTypes: true })) {
    if (item.isSymbolicLink()) await unlink(join(path, item.name));
  }
  await rmdir(path);
}

async function removeEmptyFolders(path: string): Promise<void> {
  if ((await kindAt(path)) !== "folder") return;
  for (const item of await readdir(path, { withFileTypes: true })) {
    if (item.isDirectory()) await removeEmptyFolders(join(path, item.name));
  }
  if ((await readdir(path)).length === 0) await rmdir(path);
}

/** `dir/**` means the folder itself, so that files that come later land in `shared/` too. */
function wholeFolders(keep: readonly string[]): string[] {
  return keep
    .filter((pattern) => pattern.endsWith("/**"))
    .map((pattern) => pattern.slice(0, -"/**".length))
    .filter((folder) => picomatch.scan(folder).glob === "");
}

function configOf(manifest: Manifest, ownership: Ownership): Set<string> {
  const kept = keeps(ownership);
  return new Set([...manifest.config, ...ownership.config].filter((path) => !kept(path)));
}

function keeps(ownership: Ownership): (path: string) => boolean {
  return ownership.keep.length > 0 ? picomatch([...ownership.keep], { dot: true }) : () => false;
}

function isLaidBeside(path: string, config: ReadonlySet<string>): boolean {
  return path.endsWith(NEW_SUFFIX) && config.has(path.slice(0, -NEW_SUFFIX.length));
}

async function leadsToShared(tree: string, path: string, shared: string): Promise<boolean> {
  const at = join(tree, path);
  const target = join(dirname(at), await readlink(at));
  return target === join(shared, path);
}

async function passesLink(tree: string, path: string): Promise<boolean> {
  for (const folder of parents(path)) if ((await kindAt(join(tree, folder))) === "link") return true;
  return false;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  if ((await kindAt(b)) === null) return false;
  const [one, other] = await Promise.all([lstat(a), lstat(b)]);
  return one.ino === other.ino && one.dev === other.dev;
}

async function isEdited(tree: Tree, entry: { path: string; sha256: string }): Promise<boolean> {
  return (await sha256OfFile(join(tree.path, entry.path))) !== entry.sha256;
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
