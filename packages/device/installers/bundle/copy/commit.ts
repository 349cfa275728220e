import type { Move, Update } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import type { InstalledStore } from "../../../store/installed.ts";
import { wayBackAfter } from "../way-back.ts";
import type { PlaceMap } from "./place.ts";
import { pruneTrees } from "./tree-names.ts";
import type { TreeStore } from "./tree-store.ts";

export interface CommitParts {
  store: TreeStore;
  installed: InstalledStore;
  /** Where the release was put. */
  map: PlaceMap;
  source: string;
  installed_at: string;
  /** How many earlier releases are kept. */
  backups: number;
}

/** Records the release in place, and removes what nobody needs any more. May run twice. */
export async function commitMove(move: Move, { kind, channel }: Update, parts: CommitParts): Promise<void> {
  const { store, installed, map, source, installed_at, backups } = parts;
  const { previous, next } = move;
  const identity = await store.identity(next);
  if (!identity) throw new UpdateError("state_damaged", `The release in ${store.path(next)} is gone.`);
  const before = await installed.load();
  const replaced = previous === null ? null : await store.identity(previous);
  // The same version again is no way back, and must not cost the one there is.
  const from = replaced && replaced.version !== identity.version ? replaced.tree : null;
  const { earlier, keep } = wayBackAfter(move, { kind, earlier: before.earlier, from, backups });
  const { version, manifest_sha256 } = identity;
  const inPlace = { layout: "copy" as const, tree: next, map: { ...map } };
  await installed.save({ version, manifest_sha256, channel, source, installed_at, earlier, ...inPlace });
  // What can't be removed today goes with the next update: no reason to leave a release that works.
  await tidy().catch(() => undefined);

  async function tidy(): Promise<void> {
    // It is in place, and needs no copy.
    await store.dropFiles(next);
    // The release one has gone back from stays on disk until the next install.
    if (kind === "rollback") return;
    await pruneTrees(store, keep);
  }
}
