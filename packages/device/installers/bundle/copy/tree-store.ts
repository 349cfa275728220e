import { chmod, lstat, readdir, readFile, rename, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { readManifest, sha256Of } from "@pawl/trust";
import { ensureFolder, isMissing, syncFolder, writeFileDurably } from "../../../store/atomic-file.ts";
import type { InPlace } from "../../types.ts";
import { removeWhole } from "../open-folder.ts";
import { STAGING_PREFIX } from "../prune.ts";
import { readTreeManifest } from "../tree-manifest.ts";
import { treeLabel } from "./tree-label.ts";

/**
 * The releases on the device, in the copy layout: `<dir>/<tree>/` with `manifest.json`, `tree.json` (which release it
 * is, in a few bytes, and that it is ours), and `files/`, which the one in place doesn't have. A copy of what stood in
 * place has `backup.json` too: what each of its files said then. Whatever else lies in `dir` is somebody else's.
 */
export class TreeStore {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  path(tree: string): string {
    return join(this.dir, tree);
  }

  files(tree: string): string {
    return join(this.dir, tree, "files");
  }

  backupList(tree: string): string {
    return join(this.dir, tree, "backup.json");
  }

  staging(name: string): string {
    return join(this.dir, `${STAGING_PREFIX}${name}`);
  }

  /** Every tree of ours, whole or not. */
  async names(): Promise<string[]> {
    const names = await readdir(this.dir).catch((error) => {
      if (isOutOfSight(error)) return [];
      throw error;
    });
    const ours = await Promise.all(names.map(async (name) => !name.startsWith(".") && (await this.has(name))));
    return names.filter((_, at) => ours[at]).sort();
  }

  async has(tree: string): Promise<boolean> {
    return exists(join(this.path(tree), "tree.json"));
  }

  /** Whether it can be put in place from here. */
  async isWhole(tree: string): Promise<boolean> {
    return (await this.has(tree)) && (await exists(this.files(tree)));
  }

  /** Whether its files are what stood in place, and not what came with the release. */
  async isBackup(tree: string): Promise<boolean> {
    return exists(this.backupList(tree));
  }

  /** What a tree says it is; null when it isn't one of ours. */
  async identity(tree: string): Promise<InPlace | null> {
    return treeLabel(this.dir, tree);
  }

  /** Throws when it has lost its manifest. */
  async manifest(tree: string): Promise<Manifest> {
    return readTreeManifest(this.path(tree));
  }

  /** Makes a staged folder with a manifest in it a tree. It and what it holds are on the disk already. */
  async admit(staged: string, tree: string): Promise<void> {
    await rename(staged, this.path(tree));
    await syncFolder(this.dir);
  }

  /** Says in a staged folder which release it holds, by the manifest in it. */
  async label(staged: string): Promise<void> {
    const bytes = await readFile(join(staged, "manifest.json"));
    const label = { version: readManifest(bytes).version, manifest_sha256: sha256Of(bytes) };
    await writeFileDurably(join(staged, "tree.json"), `${JSON.stringify(label)}\n`);
  }

  /** Leaves of a tree what the one in place has. */
  async dropFiles(tree: string): Promise<void> {
    await this.#away(this.files(tree), `dropped-${tree}`);
    await unlink(this.backupList(tree)).catch(ignoreMissing);
  }

  async remove(tree: string): Promise<void> {
    await this.#away(this.path(tree), `removed-${tree}`);
  }

  /** Makes the folder it all lies in, which everybody may look into; one that is there keeps its permissions. */
  async ensure(): Promise<void> {
    if (await exists(this.dir)) return;
    await ensureFolder(this.dir);
    await chmod(this.dir, 0o755); // whatever the umask
  }

  /** Removes what unpacking, copying and removing left behind. */
  async clean(): Promise<void> {
    for (const name of await readdir(this.dir)) {
      if (name.startsWith(STAGING_PREFIX)) await removeWhole(join(this.dir, name));
    }
  }

  /** Under a staging name first, so that half of a thing never counts as the whole. */
  async #away(path: string, name: string): Promise<void> {
    const doomed = this.staging(name);
    await rm(doomed, { recursive: true, force: true });
    await rename(path, doomed).catch(ignoreMissing);
    await rm(doomed, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error) => {
      if (isOutOfSight(error)) return false;
      throw error;
    },
  );
}

/** Who only reads may not be let into the folder: then there is nothing to see. */
export function isOutOfSight(error: unknown): boolean {
  return isMissing(error) || (error instanceof Error && "code" in error && error.code === "EACCES");
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
