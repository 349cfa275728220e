import { rename, rm, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UpdateError } from "../../../error.ts";
import { isMissing } from "../../../store/atomic-file.ts";
import { setAside } from "../set-aside.ts";
import { removeEmptyAbove } from "./carry-out.ts";
import { obstacleOnWay } from "./check-targets.ts";
import { type FolderLikeness, HeldFolder, named, openRealFolder } from "./held-folder.ts";
import type { Journal, Op } from "./journal.ts";
import { layExactCopy } from "./lay-copy.ts";
import { clearWaiting } from "./lay-waiting.ts";
import { isRoot } from "./owner.ts";
import { type Place, pathOf } from "./place.ts";
import { besideOf } from "./plan-switch.ts";
import { FOLDER, type Mark, markAt, statsAt } from "./standing.ts";
import type { TreeStore } from "./tree-store.ts";

/**
 * Takes back what the journal says, the last change first, but for what somebody has written since into config or kept
 * files: that stays. May run twice. True when there was anything to take back. Not yet durable: until it is, it runs
 * again, and compares every file.
 *
 * @param onDamaged told of each file of which the backup isn't what it was any more; all others come back without it
 */
export async function undo(
  journal: Journal,
  store: TreeStore,
  onDamaged: (trouble: UpdateError) => void,
): Promise<boolean> {
  const made = new Set(journal.made.map(pathOf));
  let hasUndone = false;
  await using folder = new HeldFolder(likenessesOf(journal));
  for (const [n, op] of [...journal.ops.entries()].reverse()) {
    const waiting = journal.waiting[n];
    // What still waits has not been put there, unless somebody has laid something under its name again.
    const isDone = !waiting || !(await stands(waiting)) || (await markOfPlace(op)) === op.want;
    if (isDone && (await named(op, undone(op).catch(unlessDamaged)))) hasUndone = true;
    if (op.was === null) await removeEmptyAbove(op, folder, (one) => made.has(pathOf(one)));
  }
  await clearWaiting(journal);
  await removeMade(journal);
  await restoreLeft(journal);
  return hasUndone;

  function unlessDamaged(error: unknown): true {
    if (!(error instanceof UpdateError) || error.code !== "hash_mismatch") throw error;
    onDamaged(error);
    return true;
  }

  async function undone(op: Op): Promise<boolean> {
    const at = await folder.reach(op);
    const now = at === null ? null : await markAt(at);
    if (op.was === null ? now === null || now === FOLDER : now === op.was && (await hasMode(at, op.wasMode)))
      return false;
    if (op.isCareful && now !== null && now !== op.want && now !== op.was) {
      await layBackBeside(op);
      return false;
    }
    // The file it was laid beside has not come back, as its backup is damaged: then this is what is left of it.
    if (op.asideOf !== undefined && (await markOfPlace({ ...op, inside: op.asideOf })) !== op.want) return false;
    if (op.was === null) {
      if (at !== null) await unlink(at).catch(ignoreMissing);
      return true;
    }
    // What the release had removed, and is there again, is somebody's; and no rename takes a folder's place.
    if (at !== null && now !== null && now !== op.was && (op.from === null || now === FOLDER)) await setAside(at, at);
    await layBack(op, op);
    return true;
  }

  async function layBack(op: Op, to: Place): Promise<void> {
    if (op.back === null || op.was === null) return;
    await clearTheWay(to);
    const at = await folder.make(to);
    const laid = join(dirname(at), `.pawl-${journal.token}-back`);
    await rm(laid, { force: true });
    try {
      await layExactCopy(join(store.files(journal.previous ?? ""), op.back), laid, op.was);
      await rename(laid, at);
    } finally {
      await rm(laid, { force: true });
    }
  }

  /** A link or a file in a folder's stead is kept beside it: nobody who may write there can hold the device where it is. */
  async function clearTheWay(to: Place): Promise<void> {
    const obstacle = await obstacleOnWay(to);
    if (obstacle === null || !obstacle.startsWith(`${to.root}/`)) return;
    const at = await folder.reach({ root: to.root, inside: obstacle.slice(to.root.length + 1) });
    if (at !== null) await setAside(at, at);
  }

  /** The owner's config stays in going back, too, with the earlier release's beside it. */
  async function layBackBeside(op: Op): Promise<void> {
    const beside = besideOf(op);
    if (!(await stands(beside))) await layBack(op, beside);
  }
}

async function stands(place: Place): Promise<boolean> {
  await using its = new HeldFolder();
  const at = await its.reach(place);
  return at !== null && (await statsAt(at)) !== null;
}

async function markOfPlace(place: Place): Promise<Mark | null> {
  await using its = new HeldFolder();
  const at = await its.reach(place);
  return at === null ? null : await markAt(at);
}

/** Folders that were made for a switch go when nothing is in them. */
export async function removeMade({ made, madeAbove }: Journal): Promise<void> {
  await using folder = new HeldFolder();
  for (const place of [...made].reverse()) {
    const at = await folder.reach(place);
    if (at !== null) await rmdir(at).catch(ignoreStaying);
  }
  for (const above of [...madeAbove].reverse()) await rmdir(above).catch(ignoreStaying);
}

/** Folders that the switch emptied and removed come back as they were. */
async function restoreLeft(journal: Journal): Promise<void> {
  await using folder = new HeldFolder(likenessesOf(journal));
  for (const { mode, root, inside } of journal.leaving) {
    const inIt = { root, inside: `${inside}/x` };
    if ((await obstacleOnWay(inIt)) !== null) continue;
    await folder.make(inIt);
    // Root has given it all that as it made it. One with anything in it may be another by now.
    if (isRoot()) continue;
    const at = await folder.reach({ root, inside });
    const handle = at === null ? null : await openRealFolder(at);
    await handle?.chmod(mode).finally(() => handle.close());
  }
}

function likenessesOf({ leaving }: Journal): Map<string, FolderLikeness> {
  return new Map(leaving.map((folder) => [pathOf(folder), folder]));
}

async function hasMode(at: string | null, mode: number | null): Promise<boolean> {
  const stats = at === null ? null : await statsAt(at);
  return stats !== null && (stats.mode & 0o7777) === mode;
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function ignoreStaying(error: unknown): void {
  const isInUse = error instanceof Error && "code" in error && /ENOTEMPTY|EEXIST|EBUSY/.test(`${error.code}`);
  if (!isInUse) ignoreMissing(error);
}
