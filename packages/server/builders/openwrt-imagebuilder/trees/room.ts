import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../../../log/log.ts";
import type { Holds } from "./holds.ts";
import { type KeptTree, type KeptTrees, placeOfKey } from "./kept-trees.ts";
import type { Turns } from "./turns.ts";

/** What was begun and nobody went on with for so long goes, in milliseconds. */
const FORGOTTEN_MS = 24 * 60 * 60_000;

export interface RoomParts {
  kept: KeptTrees;
  holds: Holds;
  turns: Turns;
  /** Of archives on their way. */
  partsDir: string;
  budget: number;
  log: Logger;
}

/** Keeps the folder within its budget: trees that nobody holds go, snapshots first, of each the one that wasn't used for longest. */
export class Room {
  readonly #parts: RoomParts;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /**
   * Room for so many bytes more. What is held stays, even if it is too much.
   * @param spared a tree that stays as well
   */
  async make(bytes: number, spared: string | null = null): Promise<void> {
    const { kept, budget, log } = this.#parts;
    const trees = await kept.list();
    let total = bytes + (await this.#partBytes()) + trees.reduce((sum, tree) => sum + tree.bytes, 0);
    for (const tree of trees.sort(firstToGo)) {
      if (total <= budget) return;
      if (tree.key !== spared && (await this.remove(tree))) total -= tree.bytes;
    }
    if (total > budget) log.warn({ bytes: total, budget }, "ImageBuilders in use take more than their budget");
  }

  /** Everything that isn't in use: there is no room on the disk itself. */
  async makeAll(): Promise<void> {
    for (const tree of await this.#parts.kept.list()) await this.remove(tree);
  }

  /** Other trees of the same place: upstream has replaced them. What somebody holds goes when it is given back. */
  async removeOlder(newest: string): Promise<void> {
    for (const tree of await this.#parts.kept.list()) {
      if (tree.key !== newest && placeOfKey(tree.key) === placeOfKey(newest)) await this.remove(tree);
    }
  }

  /** Archives of a place that are on their way, but for the one of that name: upstream has replaced them. */
  async removeParts(place: string, spared: string): Promise<void> {
    const { partsDir } = this.#parts;
    for (const part of await this.#listParts()) {
      if (part.place === place && !part.path.startsWith(join(partsDir, spared))) await rm(part.path, { force: true });
    }
  }

  /** False when somebody holds it, or is about to. */
  async remove(tree: KeptTree): Promise<boolean> {
    const { kept, holds, turns, log } = this.#parts;
    await using turn = await turns.tryTake(placeOfKey(tree.key), "turn");
    if (turn === null || (await holds.isHeld(tree.key))) return false;
    await kept.remove(tree.key);
    log.info({ archive: tree.archive, bytes: tree.bytes }, "ImageBuilder removed");
    return true;
  }

  /** What dead processes left. What a living one is at is behind its lock. */
  async sweep(now: Date): Promise<void> {
    const { kept, holds, turns } = this.#parts;
    await holds.sweep();
    await kept.sweep((key) => holds.isHeld(key));
    for (const place of await kept.halfPlaces()) {
      await using fetch = await turns.tryTake(place, "fetch");
      if (fetch) await kept.removeHalf(place);
    }
    for (const { path, place, time } of await this.#listParts()) {
      if (now.getTime() - time < FORGOTTEN_MS) continue;
      await using fetch = await turns.tryTake(place, "fetch");
      if (fetch) await rm(path, { force: true });
    }
  }

  async #partBytes(): Promise<number> {
    return (await this.#listParts()).reduce((sum, { size }) => sum + size, 0);
  }

  async #listParts(): Promise<{ path: string; place: string; size: number; time: number }[]> {
    const { partsDir } = this.#parts;
    const found = [];
    for (const name of await readdir(partsDir).catch(() => [])) {
      const path = join(partsDir, name);
      const entry = await stat(path).catch(() => null);
      if (entry?.isFile()) found.push({ path, place: placeOfKey(name), size: entry.size, time: entry.mtimeMs });
    }
    return found;
  }
}

/** Snapshots are out of date the soonest. */
function firstToGo(a: KeptTree, b: KeptTree): number {
  if (a.isSnapshot !== b.isSnapshot) return a.isSnapshot ? -1 : 1;
  return a.usedAt - b.usedAt;
}
