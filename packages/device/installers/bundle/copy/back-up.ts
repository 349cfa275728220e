import { chmod, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UpdateError } from "../../../error.ts";
import { ensureFolder, syncFolder, writeFileDurably } from "../../../store/atomic-file.ts";
import { HeldFolder, named } from "./held-folder.ts";
import { layCopy } from "./lay-copy.ts";
import { type Place, pathOf } from "./place.ts";
import type { Content, Standing } from "./plan-switch.ts";
import { markAt, statsAt } from "./standing.ts";
import type { TreeStore } from "./tree-store.ts";

/** What an update may change, by the name it gets in the previous tree's files. */
export interface Endangered {
  path: string;
  place: Place;
  /** It is no part of the release: it was laid beside a config file. */
  isBeside: boolean;
}

/** `backup.json`: everything in a tree's files, as it stood in place. */
export interface BackedUp extends Content, Omit<Endangered, "path"> {}
export type BackupList = Map<string, BackedUp>;

/**
 * Copies what an update may change into the files of the tree it belongs to, whole or not at all. Permissions, owners
 * and times are kept. Throws UpdateError `not_writable` when the device's map has changed in a way that can't be backed up.
 */
export async function backUp(
  store: TreeStore,
  tree: string,
  things: readonly Endangered[],
  sync: (folder: string) => Promise<void>,
): Promise<void> {
  const staged = store.staging(`backup-${tree}`);
  await rm(staged, { recursive: true, force: true });
  await ensureFolder(join(staged, "files"));
  await chmod(join(staged, "files"), 0o700); // what nobody could read in its folder stays unreadable
  const list: BackupList = new Map();
  const taken = new Set<string>();
  await using held = new HeldFolder();
  for (const { path, ...thing } of things) {
    const at = pathOf(thing.place);
    if (taken.has(at)) continue;
    taken.add(at);
    const from = await held.reach(thing.place);
    if (from === null || (await statsAt(from)) === null) continue;
    const other = list.get(path);
    if (other) throw twoPlaces(path, other.place, thing.place);
    const to = join(staged, "files", path);
    await mkdir(dirname(to), { recursive: true });
    const copy = await named(thing.place, layCopy(from, to));
    if (copy !== null) list.set(path, { ...copy, ...thing });
  }
  await writeFileDurably(join(staged, "backup.json"), `${JSON.stringify(Object.fromEntries(list))}\n`);
  await sync(staged);
  await store.dropFiles(tree);
  await rename(join(staged, "backup.json"), store.backupList(tree));
  await rename(join(staged, "files"), store.files(tree));
  await syncFolder(store.path(tree));
  await rm(staged, { recursive: true, force: true });
}

/** Null for a tree whose files came with the release itself. */
export async function readBackupList(store: TreeStore, tree: string): Promise<BackupList | null> {
  const text = await readFile(store.backupList(tree), "utf8").catch((error) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return text === null ? null : new Map(Object.entries(JSON.parse(text)));
}

/** What stood in place when a backup was made, by path on the device. */
export function standingIn(list: BackupList): Map<string, Standing> {
  return new Map([...list].map(([path, { mark, mode, place }]) => [pathOf(place), { mark, mode, back: path }]));
}

/** The same where there is nothing to copy it to, because nothing of it will be changed. */
export async function standingAt(things: readonly Endangered[]): Promise<Map<string, Standing>> {
  const standing = new Map<string, Standing>();
  await using held = new HeldFolder();
  for (const { place } of things) {
    const from = await held.reach(place);
    const stats = from === null ? null : await statsAt(from);
    if (from === null || !(stats?.isFile() || stats?.isSymbolicLink())) continue;
    const mark = await named(place, markAt(from));
    if (mark !== null) standing.set(pathOf(place), { mark, mode: stats.mode & 0o7777, back: null });
  }
  return standing;
}

function twoPlaces(path: string, one: Place, other: Place): UpdateError {
  const message = `pawl.yaml maps ${path} to ${pathOf(other)} now, and not to ${pathOf(one)} any more, but something stands there already. Move it away and try again.`;
  return new UpdateError("not_writable", message, { path: pathOf(other) });
}
