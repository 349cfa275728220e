import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ManifestEntry, Version } from "@pawl/protocol";
import { adoptedManifest, UNKNOWN_VERSION } from "../adopted-manifest.ts";
import { HeldFolder, named } from "./held-folder.ts";
import type { Place } from "./place.ts";
import { FOLDER, markAt, OTHER, statsAt } from "./standing.ts";
import type { TreeStore } from "./tree-store.ts";

/** What the device had before Pawl, as a version; its own word may be none. */
export function adoptedVersion(before: string | null): string {
  return Version.safeParse(before).data ?? UNKNOWN_VERSION;
}

/** Which of these paths have a file or a link at their places. */
export async function standingEntries(places: Iterable<[path: string, place: Place]>): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  await using held = new HeldFolder();
  for (const [path, place] of places) {
    const at = await held.reach(place);
    const mark = at === null ? null : await named(place, markAt(at));
    if (at === null || mark === null || mark === FOLDER || mark === OTHER) continue;
    const stats = await statsAt(at);
    if (stats?.isSymbolicLink()) entries.push({ path, link: mark.slice("-> ".length) });
    else if (stats) entries.push({ path, sha256: mark, mode: octal(stats.mode) } as ManifestEntry);
  }
  return entries;
}

/** Whether any of these places has a file or a link. */
export async function hasStanding(places: Iterable<Place>): Promise<boolean> {
  await using held = new HeldFolder();
  for (const place of places) {
    const at = await held.reach(place);
    const stats = at === null ? null : await statsAt(at);
    if (stats?.isFile() || stats?.isSymbolicLink()) return true;
  }
  return false;
}

/** A tree without files, as that of the release in place: what stands there, under a version. */
export async function adoptTree(
  store: TreeStore,
  tree: string,
  version: string,
  entries: readonly ManifestEntry[],
  sync: (folder: string) => Promise<void>,
): Promise<void> {
  const staged = store.staging(`adopted-${tree}`);
  await rm(staged, { recursive: true, force: true });
  await mkdir(staged, { recursive: true });
  await chmod(staged, 0o755);
  await writeFile(join(staged, "manifest.json"), adoptedManifest(version, entries));
  await store.label(staged);
  await sync(staged);
  await store.remove(tree);
  await store.admit(staged, tree);
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
