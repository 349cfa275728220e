import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { bootId } from "@pawl/device/process-identity";
import * as z from "zod";
import { withoutUser } from "../../../catalog/upstream/address.ts";
import type { BuildRecipe } from "../../types.ts";
import { syncFolder, writeDurably } from "./durable-file.ts";

/** What is kept beside a tree, in the same folder: with the folder's name both are there, or neither. */
const KeptRecord = z.object({
  archive: z.string(),
  sha256: z.string(),
  /** What it takes on the disk. */
  bytes: z.number(),
  /** Upstream replaces it every day. */
  isSnapshot: z.boolean().default(false),
  /** When it was unpacked: until `isSynced` it isn't known to be whole in any later boot. */
  boot: z.string(),
  isSynced: z.boolean(),
});
export type KeptRecord = z.infer<typeof KeptRecord>;

export interface KeptTree extends KeptRecord {
  /** Of upstream, target and archive. */
  key: string;
  path: string;
  usedAt: number;
}

/** One target of one upstream: its trees, its locks and what is on its way have names that begin with it. */
export function placeOf({ upstreamUrl, targetPath }: BuildRecipe): string {
  return createHash("sha256")
    .update(`${withoutUser(upstreamUrl)}\n${targetPath}`)
    .digest("hex")
    .slice(0, 32);
}

export function keyOf(place: string, sha256: string): string {
  return `${place}-${sha256.slice(0, 32)}`;
}

export function placeOfKey(key: string): string {
  return key.slice(0, 32);
}

/**
 * The folder of unpacked trees. Each appears, whole, by a rename, and goes by one. Who changes it holds the turn of the
 * tree's place.
 */
export class KeptTrees {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Null where there is none, or none that can be trusted. */
  async find(key: string): Promise<KeptTree | null> {
    const folder = this.#folder(key);
    try {
      const file = join(folder, RECORD);
      const record = KeptRecord.parse(JSON.parse(await readFile(file, "utf8")));
      if (!record.isSynced && record.boot !== bootId()) return null;
      return { ...record, key, path: join(folder, TREE), usedAt: (await stat(file)).mtimeMs };
    } catch {
      return null;
    }
  }

  async list(): Promise<KeptTree[]> {
    const names = await readdir(join(this.#dir, "trees")).catch(() => []);
    const found = await Promise.all(names.map((name) => this.find(name)));
    return found.filter((tree) => tree !== null);
  }

  /** Where something is unpacked: a folder that begins with its place's name. */
  async makeHalf(place: string): Promise<{ folder: string; tree: string }> {
    const folder = join(this.#dir, "half", `${place}-${randomBytes(6).toString("hex")}`);
    await mkdir(join(folder, TREE), { recursive: true, mode: 0o755 });
    return { folder, tree: join(folder, TREE) };
  }

  async publish(half: string, key: string, record: Omit<KeptRecord, "boot" | "isSynced">): Promise<void> {
    await writeDurably(join(half, RECORD), JSON.stringify({ ...record, boot: bootId(), isSynced: false }));
    const folder = this.#folder(key);
    // What lies there isn't one that can be used: `find` said so.
    await this.#discard(folder);
    await mkdir(join(this.#dir, "trees"), { recursive: true, mode: 0o755 });
    await rename(half, folder);
    await syncFolder(join(this.#dir, "trees"));
  }

  /** All of it is on the disk now. */
  async synced({ key, path: _path, usedAt: _usedAt, ...record }: KeptTree): Promise<void> {
    const now = await this.find(key);
    if (now) await writeDurably(join(this.#folder(key), RECORD), JSON.stringify({ ...record, isSynced: true }));
  }

  async used(key: string, now: Date): Promise<void> {
    await utimes(join(this.#folder(key), RECORD), now, now).catch(() => undefined);
  }

  async remove(key: string): Promise<void> {
    await this.#discard(this.#folder(key));
  }

  /** What was never finished, of one place; its name alone says whose it is. */
  async removeHalf(place: string): Promise<void> {
    for (const name of await this.#names("half")) {
      if (name.startsWith(`${place}-`)) await this.#discard(join(this.#dir, "half", name));
    }
  }

  async halfPlaces(): Promise<Set<string>> {
    return new Set((await this.#names("half")).map(placeOfKey));
  }

  /** What nobody can use: left when something was being removed, or not known to be whole. */
  async sweep(isHeld: (key: string) => Promise<boolean>): Promise<void> {
    // Not the folder itself: another process may be about to move something there.
    for (const name of await this.#names("doomed")) {
      await rm(join(this.#dir, "doomed", name), { recursive: true, force: true, maxRetries: 3 });
    }
    for (const name of await this.#names("trees")) {
      if ((await this.find(name)) === null && !(await isHeld(name))) await this.remove(name);
    }
  }

  /** Out of the way by one rename, then piece by piece. */
  async #discard(folder: string): Promise<void> {
    const doomed = join(this.#dir, "doomed", randomBytes(9).toString("hex"));
    await mkdir(join(this.#dir, "doomed"), { recursive: true, mode: 0o755 });
    try {
      await rename(folder, doomed);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
      throw error;
    }
    await rm(doomed, { recursive: true, force: true, maxRetries: 3 });
  }

  async #names(folder: string): Promise<string[]> {
    return readdir(join(this.#dir, folder)).catch(() => []);
  }

  #folder(key: string): string {
    return join(this.#dir, "trees", key);
  }
}

const RECORD = "record.json";
const TREE = "tree";
