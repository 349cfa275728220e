import { dirname } from "node:path";
import type { Call } from "./calls.ts";
import type { Trace } from "./lab.ts";

export const ERRORS = ["EIO", "ENOSPC", "EROFS"] as const;

const NEEDS_NO_ROOM = /^(unlink|rmdir|f?ch(mod|own)|lchown|utime|f?truncate$)/;
/** Who may write to a file has found out before that its disk can be written to. */
const ON_OPEN_FILE = /^(p?write|fsync|fdatasync|syncfs|copy_file_range|sendfile)/;

/** One moment at which something happens to the updater: the power goes, or one call fails. */
export type Point =
  | { kind: "cut"; call: string; path: string; ordinal: number }
  | { kind: "error"; error: (typeof ERRORS)[number]; call: string; path: string; ordinal: number }
  /** The k-th `sync -f`: the power goes before it has begun, or when it is done. */
  | { kind: "cut-at-sync"; sync: number; moment: "before" | "after" }
  | { kind: "sync-fails"; sync: number }
  /** Right after the record says how the update ended. */
  | { kind: "cut-after-end" };

/** Every point there is in a run that was not disturbed. A masked call can't be addressed. */
export function pointsOf({ calls, filteredCalls, syncs }: Trace): Point[] {
  const addressable = calls.filter(({ isMasked }) => !isMasked);
  const cuts: Point[] = addressable.map(({ name, path, ordinal }) => ({ kind: "cut", call: name, path, ordinal }));
  const syncCuts = numbersTo(syncs).flatMap((sync): Point[] =>
    (["before", "after"] as const).map((moment) => ({ kind: "cut-at-sync", sync, moment })),
  );
  const errors = firstOfTheirKind(filteredCalls.filter(({ isMasked, isLook }) => !isMasked && !isLook)).flatMap(
    ({ name, path, ordinal }): Point[] =>
      ERRORS.filter((error) => canFail(name, error)).map((error) => ({
        kind: "error",
        error,
        call: name,
        path,
        ordinal,
      })),
  );
  const failures = numbersTo(syncs).map((sync): Point => ({ kind: "sync-fails", sync }));
  return [...cuts, ...syncCuts, { kind: "cut-after-end" }, ...errors, ...failures];
}

/**
 * One call of each name on each path: a later one on it fails the same way. Where files are laid one after the other into
 * a tree that doesn't count yet, the first of a folder stands for all of them.
 */
function firstOfTheirKind(calls: readonly Call[]): Call[] {
  const seen = new Set<string>();
  return calls.filter(({ name, path, ordinal }) => {
    const kind = `${name} ${path.includes("/.staging") ? dirname(path) : path}`;
    if (ordinal !== 1 || seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
}

/** As their manual pages have it. */
function canFail(call: string, error: (typeof ERRORS)[number]): boolean {
  if (error === "ENOSPC") return !NEEDS_NO_ROOM.test(call);
  return error !== "EROFS" || !ON_OPEN_FILE.test(call);
}

/** A point in words, the same in each run of the command: what `--point` takes. `root` is where the disk is mounted. */
export function nameOf(point: Point, root: string): string {
  const at = (path: string) => general(path).replace(`${root}/`, "");
  switch (point.kind) {
    case "cut":
      return `cut ${point.call} ${at(point.path)} ${point.ordinal}`;
    case "error":
      return `${point.error} ${point.call} ${at(point.path)} ${point.ordinal}`;
    case "cut-at-sync":
      return `cut ${point.moment} sync ${point.sync}`;
    case "sync-fails":
      return `EIO sync ${point.sync}`;
    case "cut-after-end":
      return "cut after the end";
    default:
      return point satisfies never;
  }
}

/** A path without what is another one in each run: the ids of updates. */
export function general(path: string): string {
  return path.replace(/[0-9a-z]{9}-[0-9a-z]{6}/g, "UPDATE");
}

/** Evenly from the first to the last. */
export function sampleOf<T>(all: readonly T[], size: number): T[] {
  if (all.length <= size) return [...all];
  const step = size === 1 ? 0 : (all.length - 1) / (size - 1);
  return Array.from({ length: size }, (_, at) => all[Math.round(at * step)]).filter((one) => one !== undefined);
}

/** The same in another order: whoever stops early has seen something of every part. */
export function spread<T>(all: readonly T[], stride = 40): T[] {
  return numbersTo(stride).flatMap((from) => all.filter((_, at) => at % stride === from - 1));
}

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, at) => at + 1);
}
