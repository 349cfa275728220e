import type { Move, Update } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import type { InstalledStore } from "../../../store/installed.ts";
import { isSame } from "../../../update/identity.ts";
import { pruneTrees } from "../../bundle/copy/tree-names.ts";
import { wayBackAfter } from "../../bundle/way-back.ts";
import type { WheelTrees } from "./wheel-trees.ts";

export interface CommitParts {
  trees: WheelTrees;
  installed: InstalledStore;
  source: string;
  installed_at: string;
  /** How many earlier releases are kept. */
  backups: number;
}

/** Records the release in place, and removes what nobody needs any more. May run twice. */
export async function commitMove(move: Move, { kind, channel }: Update, parts: CommitParts): Promise<void> {
  const { trees, installed, source, installed_at, backups } = parts;
  const { previous, next } = move;
  const identity = await trees.identity(next);
  if (!identity) throw new UpdateError("state_damaged", `The release in ${trees.path(next)} is gone.`);
  const before = await installed.load();
  const replaced = previous === null ? null : await trees.identity(previous);
  // The same again is no way back, and must not cost the one there is.
  const from = replaced && !isSame(replaced, identity) ? replaced.tree : null;
  const { earlier, keep } = wayBackAfter(move, { kind, earlier: before.earlier, from, backups });
  const { version, manifest_sha256, commit } = identity;
  await installed.save({
    ...{ version, manifest_sha256, channel, source, installed_at },
    ...(commit && { commit }),
    ...{ earlier, tree: next },
  });
  // The release one has gone back from stays on disk until the next install.
  if (kind === "rollback") return;
  // What can't be removed today goes with the next update: no reason to leave a release that works.
  await tidy().catch(() => undefined);

  async function tidy(): Promise<void> {
    await pruneTrees(trees, keep);
    if (previous !== null) await trees.dropLeft(null);
  }
}
