import { UpdateError } from "../../../error.ts";
import { readBackupList } from "./back-up.ts";
import { HeldFolder } from "./held-folder.ts";
import { type Mark, markAt, markOf } from "./standing.ts";
import type { TreeStore } from "./tree-store.ts";

/**
 * Reads a tree's files again: they have to be what the release was made of, or what stood in place when they were copied.
 * Throws UpdateError `hash_mismatch`, or the signal's reason.
 */
export async function verifyFiles(store: TreeStore, tree: string, signal: AbortSignal): Promise<void> {
  const { version, files } = await store.manifest(tree);
  const list = await readBackupList(store, tree);
  const marks: [path: string, mark: Mark][] =
    list === null
      ? files.map((entry) => [entry.path, markOf(entry)])
      : [...list].map(([path, { mark }]) => [path, mark]);
  await using held = new HeldFolder();
  for (const [path, mark] of marks) {
    signal.throwIfAborted();
    // What lies behind a link could be changed from elsewhere.
    const at = await held.reach({ root: store.files(tree), inside: path });
    if (at === null || (await markAt(at, signal)) !== mark) throw damaged(version, path);
  }
}

function damaged(version: string, path: string): UpdateError {
  const message = `${path} of ${version}, which is kept on this device, was changed since it was put there. Install ${version} with {"force": true} to download it again.`;
  return new UpdateError("hash_mismatch", message, { version, path });
}
