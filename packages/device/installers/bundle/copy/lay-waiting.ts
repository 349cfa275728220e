import { lstat, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureFolder, isMissing } from "../../../store/atomic-file.ts";
import { HeldFolder, named } from "./held-folder.ts";
import type { Journal, Op } from "./journal.ts";
import { type Likeness, layExactCopy } from "./lay-copy.ts";
import type { TreeStore } from "./tree-store.ts";

/** After the name of what waits and has to be laid a second time. */
export const AGAIN = "-again";

const SPECIAL_BITS = 0o6000;

/**
 * Lays every new file beside its place, complete with permissions and owner: what the disk has no room for, or refuses,
 * is met here, where nothing has changed yet. Not yet durable.
 */
export async function layWaiting(journal: Journal, store: TreeStore): Promise<void> {
  for (const root of new Set(journal.ops.map((op) => op.root))) {
    // A mapped folder that was only ever removed from may be gone.
    if (journal.madeAbove.includes(root)) await ensureFolder(root);
  }
  await using held = new HeldFolder();
  const isBackup = await store.isBackup(journal.next);
  for (const [n, op] of journal.ops.entries()) {
    const waiting = journal.waiting[n];
    if (waiting && op.from !== null) await named(op, layNew(op, await held.make(waiting), store, journal, isBackup));
  }
}

/** Lays an op's new file at a free name in the folder where it shall be, or above it. */
export async function layNew(
  op: Op,
  to: string,
  store: TreeStore,
  { previous, next }: Pick<Journal, "previous" | "next">,
  isBackup: boolean,
): Promise<void> {
  if (op.from === null || op.want === null) return;
  if (op.asideOf !== undefined) return layExactCopy(join(store.files(previous ?? ""), op.from), to, op.want);
  const from = join(store.files(next), op.from);
  await layExactCopy(from, to, op.want, isBackup ? undefined : await likeness(op, from, dirname(to)));
}

/** Takes away what waits and isn't wanted any more. */
export async function clearWaiting({ waiting }: Pick<Journal, "waiting">): Promise<void> {
  await using held = new HeldFolder();
  for (const place of waiting) {
    const at = place && (await held.reach(place));
    if (!at) continue;
    await unlink(at).catch(ignoreMissing);
    await unlink(`${at}${AGAIN}`).catch(ignoreMissing);
  }
}

/** A new file belongs to whom the one it replaces belongs, or else its folder. The owner's permissions of config stay. */
async function likeness(op: Op, shipped: string, folder: string): Promise<Likeness> {
  const stats = await lstat(shipped);
  const mode = op.isCareful && op.wasMode !== null ? op.wasMode : stats.mode & 0o7777;
  if (mode & SPECIAL_BITS) return { mode, uid: stats.uid, gid: stats.gid, mtimeMs: null };
  const { uid, gid } = await replaced(op, folder);
  return { mode, uid, gid, mtimeMs: null };
}

async function replaced(op: Op, folder: string): Promise<{ uid: number; gid: number }> {
  if (op.was === null) return stat(folder);
  await using held = new HeldFolder();
  const at = await held.reach(op);
  // Awaited here: a moment later the folder is let go of, and what `at` says leads nowhere.
  return at === null ? await stat(folder) : await lstat(at).catch(() => stat(folder));
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
