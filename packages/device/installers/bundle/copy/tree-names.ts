import { kindAt } from "../layout.ts";
import type { TreeStore } from "./tree-store.ts";

/** A version's own name for its tree, unless that is in use or somebody else's. An older tree of that name makes room. */
export async function freeName(store: TreeStore, version: string, used: Iterable<string>): Promise<string> {
  const inUse = new Set(used);
  for (let n = 1; ; n++) {
    const name = n === 1 ? version : `${version}~${n}`;
    if (inUse.has(name)) continue;
    if ((await kindAt(store.path(name))) === null) return name;
    if (!(await store.has(name))) continue;
    await store.remove(name);
    return name;
  }
}

/** Removes every tree of ours but those named. */
export async function pruneTrees(store: TreeStore, keep: ReadonlySet<string>): Promise<void> {
  for (const tree of await store.names()) {
    if (!keep.has(tree)) await store.remove(tree);
  }
  await store.clean();
}
