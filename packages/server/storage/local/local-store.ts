import type { Dirent } from "node:fs";
import { readdir, rename, rm, rmdir, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "pino";
import { isBuildId, isCopy, isStoredName, newCopy, requireBuildId, requireCopy, requireStorable } from "../names.ts";
import { codeOf, isAbsent, storeTrouble } from "../trouble.ts";
import type { ReadOptions, Store, StoredAt, StoredBuild, StoredCopy, StoredObject } from "../types.ts";
import { bytesIn } from "./bytes-in.ts";
import { clearIncoming, clearLeftOvers, copyOfIncoming } from "./left-over.ts";
import { readMarkFile, writeMarkFile } from "./mark-file.ts";
import { openStored, streamOf } from "./open-stored.ts";
import type { Places } from "./places.ts";
import { putBuild } from "./put-build.ts";
import { syncFolder } from "./sync-folder.ts";

/** Copies of builds as folders. One is there whole or not at all: what is being put lies elsewhere until it is on the disk. */
export class LocalStore implements Store {
  readonly name = "local";
  readonly #places: Places;
  readonly #log: Logger;

  constructor(places: Places, log: Logger) {
    this.#places = places;
    this.#log = log;
  }

  get place(): string {
    return this.#places.root;
  }

  async put(
    build: string,
    files: readonly { name: string; path: string }[],
    signal: AbortSignal,
  ): Promise<StoredBuild> {
    requireStorable(
      build,
      files.map(({ name }) => name),
    );
    const copy = newCopy();
    try {
      return { copy, files: await putBuild(this.#places, { build, copy }, files, signal) };
    } catch (error) {
      signal.throwIfAborted();
      throw storeTrouble(error, "take a build");
    }
  }

  async read(at: StoredAt, name: string, { range }: ReadOptions = {}): Promise<StoredObject | null> {
    const { build, copy } = at;
    if (!isBuildId(build) || !(copy === null || isCopy(copy)) || !isStoredName(name)) return null;
    try {
      const opened = await openStored(join(this.#places.copy(at), name));
      if (opened === null) return null;
      const { file, size } = opened;
      const start = range?.start ?? 0;
      const end = Math.min(size, (range?.end ?? size - 1) + 1);
      return { kind: "bytes", size, stream: streamOf(file, { start, end: Math.max(start, end) }) };
    } catch (error) {
      throw storeTrouble(error, "read a file");
    }
  }

  async remove(build: string, copy?: string | null): Promise<void> {
    requireBuildId(build);
    if (typeof copy === "string") requireCopy(copy);
    try {
      if (await this.#places.has(build)) await this.#removeFrom(build, copy);
      await clearIncoming(this.#places, build, copy);
    } catch (error) {
      throw storeTrouble(error, "remove a build");
    }
  }

  async tidy(signal?: AbortSignal): Promise<void> {
    try {
      await clearLeftOvers(this.#places, this.#log, signal);
    } catch (error) {
      throw storeTrouble(error, "remove what dead puts have left");
    }
  }

  async room(): Promise<number> {
    try {
      const { bavail, bsize } = await statfs(this.place);
      return bavail * bsize;
    } catch (error) {
      throw storeTrouble(error, "say what room there is");
    }
  }

  async readMark(): Promise<string | null> {
    try {
      return await readMarkFile(this.place);
    } catch (error) {
      throw storeTrouble(error, "say which it is");
    }
  }

  async writeMark(text: string): Promise<void> {
    try {
      await writeMarkFile(this.place, text);
    } catch (error) {
      throw storeTrouble(error, "take its mark");
    }
  }

  async *builds(signal?: AbortSignal): AsyncGenerator<StoredCopy> {
    const { root, incoming } = this.#places;
    try {
      for (const { name: shard } of await entriesIn(root)) {
        if (!/^[0-9a-f]{2}$/.test(shard)) continue;
        for (const { name: build } of await entriesIn(join(root, shard))) {
          signal?.throwIfAborted();
          if (isBuildId(build)) yield* this.#copies(build);
        }
      }
      for (const { name } of await entriesIn(incoming)) {
        signal?.throwIfAborted();
        const at = copyOfIncoming(name);
        if (at !== null) yield { ...at, ...(await bytesIn(join(incoming, name))) };
      }
    } catch (error) {
      throw storeTrouble(error, "list its builds");
    }
  }

  async #removeFrom(build: string, copy: string | null | undefined): Promise<void> {
    const folder = this.#places.build(build);
    if (copy === null) {
      const files = (await entriesIn(folder)).filter((entry) => !entry.isDirectory());
      for (const { name } of files) await rm(join(folder, name), { force: true });
    } else {
      const removed = this.#places.newRemoved(build);
      const going = copy === undefined ? folder : this.#places.copy({ build, copy });
      // Another process may do the same.
      await rename(going, removed).catch(ignoreAbsent);
      await syncFolder(dirname(going)).catch(ignoreAbsent);
      await rm(removed, { recursive: true, force: true });
    }
    if (copy !== undefined) await rmdir(folder).catch(ignoreUsed);
  }

  async *#copies(build: string): AsyncGenerator<StoredCopy> {
    const entries = await entriesIn(this.#places.build(build));
    const copies = entries.filter((entry) => entry.isDirectory() && isCopy(entry.name));
    for (const { name: copy } of copies) {
      yield { build, copy, ...(await bytesIn(this.#places.copy({ build, copy }))) };
    }
    if (copies.length < entries.length || entries.length === 0) {
      yield { build, copy: null, ...(await bytesIn(this.#places.build(build))) };
    }
  }
}

async function entriesIn(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
}

function ignoreAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error;
}

/** There are other copies. */
function ignoreUsed(error: unknown): void {
  if (codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "EEXIST") ignoreAbsent(error);
}
