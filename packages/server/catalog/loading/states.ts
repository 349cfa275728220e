import { LRUCache } from "lru-cache";
import { nameOf, type Resource, type ResourceKey } from "../store/resource.ts";

/** A world of 40 targets × 30 versions, all of it asked for, is about this many. */
const MOST = 20_000;

/**
 * The states of resources as this process knows them, kept right by notices. `generation` grows with every change: what was
 * made from states of the present generation needn't look at them again.
 */
export class States {
  readonly #byName = new LRUCache<string, Resource>({ max: MOST, dispose: ({ id }) => this.#names.delete(id) });
  readonly #names = new Map<number, string>();
  #generation = 0;

  get generation(): number {
    return this.#generation;
  }

  get(key: ResourceKey): Resource | undefined {
    return this.#byName.get(nameOf(key));
  }

  /** An older lease's state never replaces a newer one's, whichever came first. */
  apply(resources: readonly Resource[]): void {
    for (const resource of resources) {
      const name = nameOf(resource);
      const before = this.#byName.peek(name);
      if (before?.id === resource.id && isOlder(resource, before)) continue;
      if (before && equals(before, resource)) continue;
      this.#byName.set(name, resource);
      this.#names.set(resource.id, name);
      this.#generation++;
    }
  }

  /** Those of the ids that are known here: what isn't can't be wrong. */
  knownOf(ids: readonly number[]): number[] {
    return ids.filter((id) => this.#names.has(id));
  }

  forget(ids: readonly number[]): void {
    if (ids.length === 0) return;
    for (const id of ids) {
      const name = this.#names.get(id);
      if (name !== undefined) this.#byName.delete(name);
    }
    this.#generation++;
  }

  /** Notices may have been lost. */
  clear(): void {
    this.#byName.clear();
    this.#names.clear();
    this.#generation++;
  }
}

function isOlder(resource: Resource, than: Resource): boolean {
  if (resource.attempt !== than.attempt) return resource.attempt < than.attempt;
  // Of one lease: when it is taken, and when it is given back with an outcome.
  return resource.leased && !than.leased;
}

function equals(a: Resource, b: Resource): boolean {
  const isSame = a.id === b.id && a.attempt === b.attempt && a.leased === b.leased && a.digest === b.digest;
  return isSame && a.checkedAt?.getTime() === b.checkedAt?.getTime();
}
