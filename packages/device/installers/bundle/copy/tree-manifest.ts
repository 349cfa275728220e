import type { Manifest } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { isOutOfSight, type TreeStore } from "./tree-store.ts";

/**
 * What a tree was made from; null when there is no such tree, or it has lost its manifest, or this process may not look.
 * Throws UpdateError `state_damaged` for one that can't be read: it asks for things that would be left out in silence.
 */
export async function manifestIfThere(store: TreeStore, tree: string): Promise<Manifest | null> {
  return store.manifest(tree).catch((cause) => {
    if (isOutOfSight(cause)) return null;
    const path = `${store.path(tree)}/manifest.json`;
    const message = `${path} is damaged. Check the disk for errors, then install the release again with {"force": true}.`;
    throw new UpdateError("state_damaged", message, { path, detail: String(cause?.message ?? cause), cause });
  });
}
