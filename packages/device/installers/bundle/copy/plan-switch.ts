import { NEW_SUFFIX } from "../rescue.ts";
import type { Op } from "./journal.ts";
import { type Place, pathOf } from "./place.ts";
import type { Mark } from "./standing.ts";

/** What a tree puts at a path. */
export interface Content {
  mark: Mark;
  mode: number;
}

/** The file or link that stands at a place now. */
export interface Standing extends Content {
  /** Where the previous tree's files have a copy of it. Null: there is none, because it isn't going to be changed. */
  back: string | null;
}

export interface Switch {
  /** What counts as in place now: where it put its paths, and what its publisher shipped there. */
  previous: { places: ReadonlyMap<string, Place>; shipped(path: string): Mark | null };
  next: {
    places: ReadonlyMap<string, Place>;
    contents: ReadonlyMap<string, Content>;
    /** Of a release that was in place before: what lay beside its config then, by the config's path. */
    beside: ReadonlyMap<string, Content>;
  };
  /** By path on the device. For kept paths whatever keeps one from laying anything there. */
  standing: ReadonlyMap<string, Standing>;
  isKept(path: string): boolean;
  isConfig(path: string): boolean;
}

/**
 * The changes that lead from one release to another, in an order in which no file is in another's way. Pure. What
 * stands there already as it shall is left alone. Rules: contract device-api.md §6, copy layout and config.
 */
export function planSwitch({ previous, next, standing, isKept, isConfig }: Switch): Op[] {
  const shippedAt = new Map([...previous.places].map(([path, place]) => [pathOf(place), previous.shipped(path)]));
  const nextAt = new Set([...next.places.values()].map(pathOf));
  const nextFolders = foldersOf(nextAt);
  const beside = new Set<string>();
  const puts = [...next.contents].flatMap(([path, content]) => put(path, content));
  const removals = [...previous.places].flatMap(([path, place]) => remove(path, place)).sort(byPlace);
  // A file where a folder is needed, and what is in a folder where a file is needed.
  const isInTheWay = (op: Op) =>
    nextFolders.has(pathOf(op)) || [...foldersOf([pathOf(op)])].some((at) => nextAt.has(at));
  return [...removals.filter(isInTheWay), ...puts.sort(byPlace), ...removals.filter((op) => !isInTheWay(op))];

  function put(path: string, content: Content): Op[] {
    const place = next.places.get(path);
    if (!place) return [];
    const now = standing.get(pathOf(place)) ?? null;
    const op = { ...place, from: path, want: content.mark, ...before(now) };
    if (isKept(path)) return now === null ? [{ ...op, isCareful: true }] : [];
    if (!isConfig(path)) return isSame(now, content) ? [] : [{ ...op, isCareful: false }];
    const lay = next.beside.get(path);
    const laid = lay ? layBeside(`${path}${NEW_SUFFIX}`, place, lay) : [];
    if (now?.mark === content.mark) return laid;
    const isOwners = now !== null && now.mark !== shippedAt.get(pathOf(place));
    if (!isOwners) return [{ ...op, isCareful: true }, ...laid];
    return lay ? laid : layBeside(path, place, content);
  }

  /** The owner's config stays, and the new one comes beside it. */
  function layBeside(from: string, place: Place, content: Content): Op[] {
    const at = besideOf(place);
    if (nextAt.has(pathOf(at))) return [];
    beside.add(pathOf(at));
    const now = standing.get(pathOf(at)) ?? null;
    // Somebody's own words stand there.
    if (now !== null && now.mark !== shippedAt.get(pathOf(place))) return [];
    return now?.mark === content.mark ? [] : [{ ...at, from, want: content.mark, ...before(now), isCareful: true }];
  }

  function remove(path: string, place: Place): Op[] {
    if (isKept(path)) return [];
    const shipped = shippedAt.get(pathOf(place));
    const ops: Op[] = [];
    const gone = (at: Place, isCareful: boolean) => {
      const now = standing.get(pathOf(at)) ?? null;
      if (nextAt.has(pathOf(at)) || now === null) return;
      if (isCareful && now.mark !== shipped) return;
      ops.push({ ...at, from: null, want: null, ...before(now), isCareful });
    };
    gone(place, isConfig(path));
    // What was laid beside for the release that goes.
    if (isConfig(path) && !beside.has(pathOf(besideOf(place)))) gone(besideOf(place), true);
    return ops;
  }
}

/** Where the new one of an edited config file comes. */
export function besideOf({ root, inside }: Place): Place {
  return { root, inside: `${inside}${NEW_SUFFIX}` };
}

/** All folders above these paths. */
export function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (folders.has(path.slice(0, end))) break;
      folders.add(path.slice(0, end));
    }
  }
  return folders;
}

function before(now: Standing | null): Pick<Op, "back" | "was" | "wasMode"> {
  return { back: now?.back ?? null, was: now?.mark ?? null, wasMode: now?.mode ?? null };
}

function isSame(now: Standing | null, { mark, mode }: Content): boolean {
  return now !== null && now.mark === mark && now.mode === mode;
}

function byPlace(a: Op, b: Op): number {
  return pathOf(a) < pathOf(b) ? -1 : 1;
}
