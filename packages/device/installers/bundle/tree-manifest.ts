import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { readManifest } from "@pawl/trust";

/** The manifest inside a tree, as it was verified when the tree was made. Throws when it is missing or damaged. */
export async function readTreeManifest(tree: string): Promise<Manifest> {
  return readManifest(await readFile(join(tree, "manifest.json")));
}
