import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StoredFile } from "../../builds/types.ts";
import { isBuildId, isStoredName, requireBuildId, requireStorable } from "../names.ts";
import { isAbsent, storeTrouble } from "../trouble.ts";
import type { Store, StoredObject } from "../types.ts";
import { bytesIn } from "./bytes-in.ts";
import { buildOfIncoming } from "./left-over.ts";
import { openStored, streamOf } from "./open-stored.ts";
import type { Places } from "./places.ts";
import { putBuild } from "./put-build.ts";
import { syncFolder } from "./sync-folder.ts";

/** Builds as folders. A build is there whole or not at all: what is being put lies elsewhere until it is on the disk. */
export class LocalStore implements Store {
  readonly name = "local";
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  get place(): string {
    return this.#places.root;
  }

  async put(
    build: string,
    files: readonly { name: string; path: string }[],
    signal: AbortSignal,
  ): Promise<readonly StoredFile[]> {
    requireStorable(
      build,
      files.map(({ name }) => name),
    );
    try {
      return await putBuild(this.#places, build, files, signal);
    } catch (error) {
      throw storeTrouble(error, "take a build");
    }
  }

  async read(build: string, name: string, range?: { start: number; end: number }): Promise<StoredObject | null> {
    if (!isBuildId(build) || !isStoredName(name)) return null;
    try {
      const opened = await openStored(join(this.#places.build(build), name));
      if (opened === null) return null;
      const { file, size } = opened;
      const start = range?.start ?? 0;
      const end = Math.min(size, (range?.end ?? size - 1) + 1);
      return { kind: "bytes", size, stream: streamOf(file, { start, end: Math.max(start, end) }) };
    } catch (error) {
      throw storeTrouble(error, "read a file");
    }
  }

  async remove(build: string): Promise<void> {
    requireBuildId(build);
    try {
      if (!(await this.#places.has(build))) return;
      const removed = this.#places.newRemoved(build);
      // Another process may do the same.
      await rename(this.#places.build(build), removed).catch(ignoreAbsent);
      await syncFolder(this.#places.shard(build));
      await rm(removed, { recursive: true, force: true });
    } catch (error) {
      throw storeTrouble(error, "remove a build");
    }
  }

  async *builds(signal?: AbortSignal): AsyncGenerator<{ build: string; bytes: number }> {
    const { root, incoming } = this.#places;
    try {
      for (const shard of await namesIn(root)) {
        if (!/^[0-9a-f]{2}$/.test(shard)) continue;
        for (const build of await namesIn(join(root, shard))) {
          signal?.throwIfAborted();
          if (isBuildId(build)) yield { build, bytes: await bytesIn(join(root, shard, build)) };
        }
      }
      for (const name of await namesIn(incoming)) {
        signal?.throwIfAborted();
        const build = buildOfIncoming(name);
        if (build !== null) yield { build, bytes: await bytesIn(join(incoming, name)) };
      }
    } catch (error) {
      throw storeTrouble(error, "list its builds");
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
}

function ignoreAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error;
}
