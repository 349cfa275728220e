import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Manifest } from "@pawl/protocol";
import { isMissing } from "../../store/atomic-file.ts";
import type { ReleaseTree } from "./ownership.ts";

/** Whether the file at a path of a tree says something else than what was shipped there. A file that is gone doesn't. */
export async function isEdited(tree: ReleaseTree, path: string): Promise<boolean> {
  const sha256 = await sha256At(join(tree.path, path));
  return sha256 !== null && sha256 !== shippedSha256(tree.manifest, path);
}

/** The hash a path was shipped with; null when the release has no file there. */
export function shippedSha256(manifest: Manifest, path: string): string | null {
  const entry = manifest.files.find((file) => file.path === path);
  return entry && "sha256" in entry ? entry.sha256 : null;
}

/** Of the file at a path, following a link. Null when there is none, or something that can't be read to an end. */
export async function sha256At(path: string, signal?: AbortSignal): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return null;
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash, { signal });
    return hash.digest("hex");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
