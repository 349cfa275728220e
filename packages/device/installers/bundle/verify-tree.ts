import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { type ManifestEntry, parents } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { sha256At } from "./edited.ts";
import { kindAt } from "./layout.ts";
import { configOf, keptBy, type Ownership, type ReleaseTree } from "./ownership.ts";

/**
 * Reads a tree again and compares it with its own manifest, which was verified when the tree was made. What is the
 * app's or the owner's (`keep`, `config`) may differ. Throws UpdateError `hash_mismatch`, or the signal's reason.
 */
export async function verifyTree(tree: ReleaseTree, ownership: Ownership, signal: AbortSignal): Promise<void> {
  const kept = keptBy(ownership);
  const config = configOf(ownership, tree.manifest);
  const entries = tree.manifest.files.filter(({ path }) => !kept(path) && !config.has(path));
  for (const folder of new Set(entries.flatMap(({ path }) => parents(path)))) {
    // What lies behind a link could be changed from elsewhere.
    if ((await kindAt(join(tree.path, folder))) !== "folder") throw damaged(tree, folder);
  }
  for (const entry of entries) {
    signal.throwIfAborted();
    if (!(await isAsShipped(tree, entry, signal))) throw damaged(tree, entry.path);
  }
}

async function isAsShipped(tree: ReleaseTree, entry: ManifestEntry, signal: AbortSignal): Promise<boolean> {
  const at = join(tree.path, entry.path);
  const kind = await kindAt(at);
  if ("link" in entry) return kind === "link" && (await readlink(at)) === entry.link;
  return kind === "file" && (await sha256At(at, signal)) === entry.sha256;
}

function damaged({ manifest: { version } }: ReleaseTree, path: string): UpdateError {
  const message = `${path} of ${version}, which is kept on this device, was changed since it was installed. Install ${version} with {"force": true} to download it again.`;
  return new UpdateError("hash_mismatch", message, { version, path });
}
