import { randomBytes } from "node:crypto";
import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ServerError } from "../../error.ts";
import { codeOf, isAbsent } from "../trouble.ts";
import type { StoredAt } from "../types.ts";
import { incomingName } from "./left-over.ts";
import { syncFolder } from "./sync-folder.ts";

/** Where what lies in a local store. Builds are spread over 256 folders: some file systems are slow with large ones. */
export class Places {
  /** Without a link in it. */
  readonly root: string;
  /** For builds that are being put. */
  readonly incoming: string;
  /** For builds that are going: what reads them goes on reading. */
  readonly removed: string;

  constructor(root: string) {
    this.root = root;
    this.incoming = join(root, ".incoming");
    this.removed = join(root, ".removed");
  }

  /** May be called twice, and by several processes at once. */
  async make(): Promise<void> {
    for (const folder of [this.incoming, this.removed]) await this.#makeFolder(folder);
    await syncFolder(this.root);
  }

  build(build: string): string {
    return join(this.shard(build), build);
  }

  shard(build: string): string {
    return join(this.root, build.slice(0, 2));
  }

  /** A build's files, as one put has made them. */
  copy({ build, copy }: StoredAt): string {
    return copy === null ? this.build(build) : join(this.build(build), copy);
  }

  async makeBuild(build: string): Promise<string> {
    const shard = this.shard(build);
    if (await this.#makeFolder(shard)) await syncFolder(this.root);
    const folder = this.build(build);
    if (await this.#makeFolder(folder)) await syncFolder(shard);
    return folder;
  }

  /** One of its own for each put, by whose name one sees whether somebody still works on it. */
  newIncoming(at: { build: string; copy: string }): string {
    return join(this.incoming, incomingName(at));
  }

  /** What it is called until it is locked. */
  newHidden(at: { build: string; copy: string }): string {
    return join(this.incoming, `.${incomingName(at)}`);
  }

  newRemoved(build: string): string {
    return join(this.removed, `${build}.${randomBytes(8).toString("hex")}`);
  }

  /** Whether there is a folder of that build, and no link is on the way to it. @throws store_failed for a link */
  async has(build: string): Promise<boolean> {
    return (await isFolder(this.shard(build))) && (await isFolder(this.build(build)));
  }

  /** @returns whether it is new */
  async #makeFolder(path: string): Promise<boolean> {
    try {
      await mkdir(path);
      return true;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      await isFolder(path);
      return false;
    }
  }
}

/** Only whoever may write into the store can put a link there, and nothing of ours does. @throws store_failed for one */
async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (found === null) return false;
  if (found.isDirectory()) return true;
  throw new ServerError("store_failed", "Something other than a folder is in the store where a folder should be.", {
    cause: new Error(`${path} is no folder`),
  });
}
