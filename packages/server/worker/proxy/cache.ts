import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CachedFile } from "./cache-entry.ts";
import { CacheWriter } from "./cache-writer.ts";
import type { ProxyLog } from "./types.ts";

/** Half-written files of dead processes go after this long, in milliseconds: no transfer takes as long. */
const ABANDONED_MS = 6 * 60 * 60_000;
/** Clean-up makes this much of the budget free, so that it isn't needed again at once. */
const TO_FREE = 0.1;

/**
 * Files as upstream sent them, one a file in a folder that several processes may share: everything appears by one rename
 * and goes by one unlink. It only ever saves time: whatever goes wrong with it, a build goes on without.
 */
export class FetchCache {
  readonly #dir: string;
  readonly #budget: number;
  readonly #log: ProxyLog;
  #grown = 0;
  #isBroken = false;
  readonly #writing = new Set<Promise<void>>();

  constructor(dir: string, budget: number, log: ProxyLog) {
    this.#dir = dir;
    this.#budget = budget;
    this.#log = log;
  }

  /** What is there under an address. */
  async find(address: string): Promise<CachedFile | null> {
    return CachedFile.open(join(this.#dir, keyOf(address)));
  }

  async remove(address: string): Promise<void> {
    await rm(join(this.#dir, keyOf(address)), { force: true }).catch((error) => this.#gaveUp(error));
  }

  /** Begins a file; null when nothing can be written here. */
  begin(address: string): CacheWriter | null {
    if (this.#isBroken) return null;
    const gaveUp = (error: unknown) => this.#gaveUp(error);
    return new CacheWriter({ dir: this.#dir, name: keyOf(address), gaveUp, added: this.#added });
  }

  /** Waits for what is being written, and keeps the folder within its budget. */
  async finish(): Promise<void> {
    await Promise.all(this.#writing);
    if (this.#grown > 0) await this.#trim().catch((error) => this.#gaveUp(error));
  }

  readonly #added = (bytes: number, done: Promise<void>): void => {
    this.#grown += bytes;
    const kept = done.finally(() => this.#writing.delete(kept));
    this.#writing.add(kept);
  };

  async #trim(): Promise<void> {
    const files = (await this.#list()).sort(firstToGo);
    let total = files.reduce((sum, { size }) => sum + size, 0);
    const before = Date.now() - ABANDONED_MS;
    const wanted = total > this.#budget ? this.#budget * (1 - TO_FREE) : this.#budget;
    for (const { path, size, time, isTemp } of files) {
      if (isTemp ? time > before : total <= wanted) continue;
      await rm(path, { force: true });
      total -= size;
    }
    this.#grown = 0;
  }

  async #list(): Promise<Listed[]> {
    const files: Listed[] = [];
    for (const name of await readdir(this.#dir)) {
      const path = join(this.#dir, name);
      // Another process may have removed it.
      const found = await stat(path).catch(() => null);
      if (!found?.isFile()) continue;
      const kind = { isTemp: name.startsWith("."), isSnapshot: name.startsWith(OF_SNAPSHOT) };
      files.push({ path, size: found.size, time: found.mtimeMs, ...kind });
    }
    return files;
  }

  #gaveUp(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#log.warn(
      { err: error, folder: this.#dir },
      "the cache for packages can't be written; builds go on without it",
    );
  }
}

interface Listed {
  path: string;
  size: number;
  time: number;
  isTemp: boolean;
  isSnapshot: boolean;
}

/** Of a snapshot first, since that is out of date the soonest; then what upstream hasn't been asked for for longest. */
function firstToGo(a: Listed, b: Listed): number {
  if (a.isSnapshot !== b.isSnapshot) return a.isSnapshot ? -1 : 1;
  return a.time - b.time;
}

/** What names of a snapshot's files begin with; a sum has no such letter. */
const OF_SNAPSHOT = "s";

function keyOf(address: string): string {
  const sum = createHash("sha256").update(address).digest("hex");
  return /\/snapshots\/|-SNAPSHOT\//.test(address) ? `${OF_SNAPSHOT}${sum}` : sum;
}
