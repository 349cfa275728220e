import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { kindAt } from "../layout.ts";
import { NEW_SUFFIX } from "../rescue.ts";
import { type Endangered, readBackupList } from "./back-up.ts";
import { obstacleOnWay } from "./check-targets.ts";
import { earlierPlacesOf, type Place, type PlaceMap, pathOf, placesOf } from "./place.ts";
import { besideOf, type Content, type Switch } from "./plan-switch.ts";
import { markOf } from "./standing.ts";
import type { TreeStore } from "./tree-store.ts";

/** The release that is to be left, at the places it was put at. */
export async function previousSide(
  store: TreeStore,
  tree: string | null,
  map: PlaceMap,
): Promise<Switch["previous"] & { manifest: Manifest | null }> {
  const manifest = tree === null ? null : await store.manifest(tree);
  const shipped = new Map(manifest?.files.map((entry) => [entry.path, markOf(entry)]));
  return {
    manifest,
    places: earlierPlacesOf([...shipped.keys()], map),
    shipped: (path) => shipped.get(path) ?? null,
  };
}

/**
 * The release that is to be put in place, by `pawl.yaml` as it is now; one that was in place before comes back with all
 * that stood there then. Throws UpdateError `bad_manifest` or `config_invalid`.
 */
export async function nextSide(
  store: TreeStore,
  tree: string,
  manifest: Manifest,
  map: PlaceMap,
): Promise<Switch["next"]> {
  const { version } = manifest;
  const list = await readBackupList(store, tree);
  const contents = new Map<string, Content>();
  if (list === null) {
    for (const entry of manifest.files) {
      const { mode } = await lstat(join(store.files(tree), entry.path));
      contents.set(entry.path, { mark: markOf(entry), mode: mode & 0o7777 });
    }
    return { contents, beside: new Map(), places: placesOf({ version, entries: manifest.files }, map) };
  }
  const stood = [...list].filter(([, { isBeside }]) => !isBeside);
  for (const [path, { mark, mode }] of stood) contents.set(path, { mark, mode });
  const laid = [...list].filter(([, { isBeside }]) => isBeside);
  const beside = new Map(laid.map(([path, { mark, mode }]) => [path.slice(0, -NEW_SUFFIX.length), { mark, mode }]));
  const places = placesOf({ version, entries: manifest.files.filter(({ path }) => contents.has(path)) }, map);
  // Somebody's file that the next release had one of the same name for.
  for (const [path, { place }] of stood) if (!places.has(path)) places.set(path, place);
  return { contents, beside, places };
}

/** Everything an update between these may change. Kept files it never does. */
export function endangered(
  places: readonly (readonly [path: string, place: Place])[],
  isKept: (path: string) => boolean,
  isConfig: (path: string) => boolean,
): Endangered[] {
  const own = places.filter(([path]) => !isKept(path));
  const beside = own.filter(([path]) => isConfig(path));
  return [
    ...own.map(([path, place]) => ({ path, place, isBeside: false })),
    ...beside.map(([path, place]) => {
      return { path: `${path}${NEW_SUFFIX}`, place: besideOf(place), isBeside: true };
    }),
  ];
}

/** Whether a kept file can be laid: nothing is there, and no link leads there. */
export async function isFree(place: Place): Promise<boolean> {
  return (await obstacleOnWay(place)) === null && (await kindAt(pathOf(place))) === null;
}
