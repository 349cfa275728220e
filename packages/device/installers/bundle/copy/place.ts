import { basename, dirname, join, resolve } from "node:path";
import { type BundleInstall, type ManifestEntry, parents } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";

/** Where a file of a release lies on the device. */
export interface Place {
  /** A folder that the device's owner named. What leads to it is the owner's affair. */
  root: string;
  /** From there. Whoever may write below `root` may have put a link on this way. */
  inside: string;
}

/** Path inside a release → path on the device, as `map:` writes it; "" is everything else. */
export type PlaceMap = Readonly<Record<string, string>>;

export function placeMapOf({ home, map }: Pick<BundleInstall, "home" | "map">): PlaceMap {
  return home === undefined ? map : { "": home, ...map };
}

export function pathOf({ root, inside }: Place): string {
  return join(root, inside);
}

/**
 * Where each path of a release belongs, by the mapping with the longest name. Throws UpdateError `bad_manifest` for a
 * path that belongs nowhere, and for a link that would lead out of what is mapped with it; `config_invalid` when two
 * paths would take the same place.
 */
export function placesOf(
  { version, entries }: { version: string; entries: readonly Pick<ManifestEntry, "path">[] },
  map: PlaceMap,
): Map<string, Place> {
  const mappings = mappingsOf(map);
  const places = new Map<string, Place>();
  const taken = new Map<string, string>();
  for (const entry of entries) {
    const { path } = entry;
    const mapping = mappings.find((one) => covers(one, path));
    if (!mapping) throw homeless(version, path);
    if ("link" in entry && typeof entry.link === "string") checkLink(version, path, entry.link, mappings);
    const place = placeIn(mapping, path);
    const other = taken.get(pathOf(place));
    if (other !== undefined) throw contested(version, path, other, pathOf(place));
    taken.set(pathOf(place), path);
    places.set(path, place);
  }
  for (const [at, path] of taken) {
    for (const above of parents(at.slice(1))) {
      const other = taken.get(`/${above}`);
      if (other !== undefined) throw contested(version, path, other, `/${above}`);
    }
  }
  return places;
}

/** The places of what an earlier `pawl.yaml` put there: what has none any more is left out. */
export function earlierPlacesOf(paths: readonly string[], map: PlaceMap): Map<string, Place> {
  const mappings = mappingsOf(map);
  return new Map(
    paths.flatMap((path) => {
      const mapping = mappings.find((one) => covers(one, path));
      return mapping ? [[path, placeIn(mapping, path)]] : [];
    }),
  );
}

interface Mapping {
  /** Without a slash at its end. */
  from: string;
  at: string;
  isFolder: boolean;
}

/** The longest names first. */
function mappingsOf(map: PlaceMap): Mapping[] {
  const mappings = Object.entries(map).map(([name, at]) => {
    const from = name.replace(/\/+$/, "").replace(/^\.(\/|$)/, "");
    return { from, at: resolve(at), isFolder: from === "" || name.endsWith("/") };
  });
  return mappings.sort((a, b) => b.from.length - a.from.length);
}

function covers({ from, isFolder }: Mapping, path: string): boolean {
  return from === "" || path.startsWith(`${from}/`) || (path === from && !isFolder);
}

function placeIn({ from, at }: Mapping, path: string): Place {
  if (path === from) return { root: dirname(at), inside: basename(at) };
  return { root: at, inside: from === "" ? path : path.slice(from.length + 1) };
}

/** In a tree a link leads to its neighbour; in place that may lie elsewhere. */
function checkLink(version: string, path: string, link: string, mappings: readonly Mapping[]): void {
  const target = resolve("/", dirname(path), link).slice(1);
  const of = (one: string) => mappings.find((mapping) => covers(mapping, one) || one === mapping.from);
  if (of(target) === of(path) && of(path)?.from !== path) return;
  const message = `${version} has a link, ${path}, that leads out of what pawl.yaml maps with it. Map both below one folder under install.bundle.map.`;
  throw new UpdateError("bad_manifest", message, { version, path });
}

function homeless(version: string, path: string): UpdateError {
  const message = `${version} contains ${path}, and pawl.yaml doesn't say where it belongs. Add it under install.bundle.map, or name a folder for everything else as install.bundle.home.`;
  return new UpdateError("bad_manifest", message, { version, path });
}

function contested(version: string, path: string, other: string, at: string): UpdateError {
  const message = `${path} and ${other} of ${version} would both be ${at}. Give each a place of its own under install.bundle.map.`;
  return new UpdateError("config_invalid", message, { version, path: at });
}
