import { rename, rmdir, unlink } from "node:fs/promises";
import { parents } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { isMissing } from "../../../store/atomic-file.ts";
import { HeldFolder, named } from "./held-folder.ts";
import type { Journal, Op } from "./journal.ts";
import { AGAIN, layNew } from "./lay-waiting.ts";
import { type Place, pathOf } from "./place.ts";
import { FOLDER, markAt, statsAt } from "./standing.ts";
import type { TreeStore } from "./tree-store.ts";

/** What says that a folder isn't empty, or isn't to be removed. */
const STAYS = ["ENOTEMPTY", "EEXIST", "EBUSY", "ENOTDIR"];

/**
 * Changes the device as the journal says: each file in one step, so that whoever looks finds the old or the new one. May
 * run twice, also after a power cut in the middle: what waits no more is in place, or is laid again. Not yet durable.
 */
export async function carryOut(journal: Journal, store: TreeStore): Promise<void> {
  await using waitingFolder = new HeldFolder();
  await using folder = new HeldFolder();
  const isBackup = await store.isBackup(journal.next);
  for (const [n, op] of journal.ops.entries()) {
    const waiting = journal.waiting[n];
    await named(op, waiting ? put(op, waiting) : remove(op, folder));
  }

  async function put(op: Op, waiting: Place): Promise<void> {
    const at = await folder.make(op);
    const laid = await waitingFolder.make(waiting);
    const waits = (await statsAt(laid)) !== null;
    const now = op.isCareful ? await markAt(at) : null;
    // What it keeps is about to be replaced.
    if (op.asideOf !== undefined && waits && now !== null && now !== op.want) throw appeared(op);
    if (op.isCareful && now !== op.was) {
      // Somebody has written there in the meantime, or it is done.
      if (waits) await unlink(laid);
      return;
    }
    if (!waits) {
      if (!op.isCareful && (await markAt(at)) === op.want) return;
      // Half a file of this name is no complete one after a power cut.
      const again = `${laid}${AGAIN}`;
      await unlink(again).catch(ignoreMissing);
      await layNew(op, again, store, journal, isBackup);
      return rename(again, at);
    }
    await rename(laid, at);
  }
}

/** Removes a file or a link, and the folders below its root that hold nothing any more. */
async function remove(op: Op, folder: HeldFolder): Promise<void> {
  const at = await folder.reach(op);
  if (at !== null) {
    const now = op.isCareful ? await markAt(at) : null;
    if (op.isCareful && now !== null && now !== op.was) return;
    await unlink(at).catch(async (error) => {
      if (!isMissing(error) && (await markAt(at)) !== FOLDER) throw error;
    });
  }
  await removeEmptyAbove(op, folder);
}

/** Removes the folders above a place, but not its root, as far as they are empty and `may` says so. */
export async function removeEmptyAbove(
  place: Place,
  folder: HeldFolder,
  may: (folder: Place) => boolean = () => true,
): Promise<void> {
  for (const inside of parents(place.inside).reverse()) {
    const above = { root: place.root, inside };
    if (!may(above)) return;
    // What is held open would still be there under its number.
    const at = await folder.reach(above);
    const isGone = at === null || (await removedIfEmpty(at));
    if (!isGone) return;
  }
}

async function removedIfEmpty(path: string): Promise<boolean> {
  return rmdir(path).then(
    () => true,
    (error) => {
      if (isMissing(error)) return true;
      if (error instanceof Error && "code" in error && STAYS.includes(`${error.code}`)) return false;
      throw error;
    },
  );
}

function appeared(op: Op): UpdateError {
  const path = pathOf(op);
  return new UpdateError("switch_failed", `${path} has just appeared. Try again.`, { path });
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
