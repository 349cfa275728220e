import { lstat, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parents } from "@pawl/protocol";
import { kindAt } from "../layout.ts";
import { unlessGone } from "../shared-link.ts";
import type { Journal, LeavingFolder, Op } from "./journal.ts";
import { type Place, pathOf } from "./place.ts";

/** What a switch has to know of the folders it works in: where new files wait, which folders it makes, which it may empty. Reads only. */
export async function survey(
  ops: readonly Op[],
  token: string,
): Promise<Pick<Journal, "waiting" | "made" | "madeAbove" | "leaving">> {
  const waiting: (Place | null)[] = [];
  const made = new Map<string, Place>();
  const madeAbove = new Set<string>();
  const leaving = new Map<string, LeavingFolder>();
  for (const [n, op] of ops.entries()) {
    const folders = parents(op.inside);
    if (op.from === null) {
      for (const inside of folders) await noteLeaving({ root: op.root, inside });
      waiting.push(null);
      continue;
    }
    for (const folder of await missingAbove(op.root)) madeAbove.add(folder);
    const there = await firstMissing(op.root, folders);
    for (const inside of folders.slice(there)) made.set(join(op.root, inside), { root: op.root, inside });
    // In the last folder that is there: on the file system of its place, where a rename is all that is left to do.
    waiting.push({ root: op.root, inside: join(folders[there - 1] ?? "", `.pawl-${token}-${n}`) });
  }
  return {
    waiting,
    made: [...made.values()].sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1)),
    madeAbove: [...madeAbove].sort(),
    leaving: [...leaving.values()].sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1)),
  };

  async function noteLeaving(place: Place): Promise<void> {
    const at = pathOf(place);
    if (leaving.has(at)) return;
    const stats = await unlessGone(lstat(at), null);
    if (stats?.isDirectory()) {
      leaving.set(at, { ...place, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid });
    }
  }
}

async function firstMissing(root: string, folders: readonly string[]): Promise<number> {
  for (const [at, inside] of folders.entries()) if ((await kindAt(join(root, inside))) !== "folder") return at;
  return folders.length;
}

async function missingAbove(root: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = root; (await unlessGone(stat(at), null)) === null; at = dirname(at)) missing.push(at);
  return missing;
}
