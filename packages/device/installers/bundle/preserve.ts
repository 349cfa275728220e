import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureFolder } from "../../store/atomic-file.ts";
import { isEdited, sha256At, shippedSha256 } from "./edited.ts";
import { giveToOwner, laySharedOver } from "./lay-shared.ts";
import { kindAt } from "./layout.ts";
import { moveToShared, takeLeft } from "./move-to-shared.ts";
import { configOf, keptBy, type Ownership, type ReleaseTree } from "./ownership.ts";
import { rescue } from "./rescue.ts";
import { setAside } from "./set-aside.ts";
import { leadsToShared } from "./shared-link.ts";

/**
 * Carries everything the app or the owner wrote over from one tree to another: what `from`'s manifest doesn't list, kept
 * files and edited config move to `shared/` and are linked in their place; then `to`, which doesn't run, gets the same
 * links. A file is there at every moment while it moves. May run twice, also after a power cut in the middle.
 */
export async function preserve(from: ReleaseTree | null, to: ReleaseTree, ownership: Ownership): Promise<void> {
  await begin(ownership);
  if (from) await takeFrom(from, to, ownership);
  await giveToOwner(to, ownership);
  const config = configOf(ownership, to.manifest);
  await laySharedOver(to, ownership, async (path) => config.has(path) && (await isOwnersIn(from, path, ownership)));
  await end(ownership);
}

/** The same once more for what `from`'s processes wrote between then and their end; `to` runs by now, so what it has stays its own. */
export async function preserveLate(from: ReleaseTree, to: ReleaseTree, ownership: Ownership): Promise<void> {
  await begin(ownership);
  await takeFrom(from, to, ownership);
  const config = configOf(ownership, to.manifest);
  const isOwners = async (path: string) =>
    config.has(path) && !(await isEdited(to, path)) && (await isOwnersIn(from, path, ownership));
  await laySharedOver(to, ownership, isOwners);
  await end(ownership);
}

/** A last look into a tree that is about to be removed. What is in `shared/` is newer: anything else goes beside it. */
export async function preserveLast(tree: ReleaseTree, ownership: Ownership): Promise<void> {
  await begin(ownership);
  const kept = keptBy(ownership);
  const config = configOf(ownership, tree.manifest);
  await rescue(tree, {
    ownership,
    kept: () => false,
    editable: (path) => kept(path) || config.has(path),
    move: async (path) => {
      const shared = join(ownership.shared, path);
      if ((await kindAt(shared)) === null) return moveToShared(tree.path, path, ownership);
      await setAside(join(tree.path, path), shared);
    },
  });
  await end(ownership);
}

/**
 * After a power cut, or an error, in the middle of any of these, known by the folder `moving`: the tree that runs gets the
 * links it was left without, for a folder is away between its move and its link. `sync` makes that durable. May run twice.
 */
export async function mend(
  tree: Pick<ReleaseTree, "path">,
  ownership: Ownership,
  sync: () => Promise<void>,
): Promise<void> {
  await begin(ownership);
  await laySharedOver(tree, ownership, () => false);
  await sync();
  await end(ownership);
}

async function takeFrom(from: ReleaseTree, to: ReleaseTree, ownership: Ownership): Promise<void> {
  // What only the next release calls config has been edited under this one.
  const config = configOf(ownership, from.manifest, to.manifest);
  await rescue(from, {
    ownership,
    kept: keptBy(ownership),
    editable: (path) => config.has(path),
    move: (path) => moveToShared(from.path, path, ownership),
  });
  // A power cut between a folder's move and its link has left it without; and one may go back to this tree.
  await laySharedOver(from, ownership, () => false);
}

/**
 * Whether the config file that counts in `from` is the owner's: what is in `shared/` has to be what that release shows,
 * and not what it was shipped with (contract device-api.md §6, config).
 */
async function isOwnersIn(from: ReleaseTree | null, path: string, ownership: Ownership): Promise<boolean> {
  if (!from?.manifest.files.some((entry) => entry.path === path)) return true;
  if ((await kindAt(join(from.path, path))) !== "link" || !(await leadsToShared(from.path, path, ownership)))
    return false;
  return (await sha256At(join(ownership.shared, path))) !== shippedSha256(from.manifest, path);
}

async function begin(ownership: Ownership): Promise<void> {
  await ensureFolder(ownership.shared);
  await ensureFolder(ownership.moving);
  await takeLeft(ownership);
}

async function end({ moving }: Ownership): Promise<void> {
  await rm(moving, { recursive: true, force: true });
}
