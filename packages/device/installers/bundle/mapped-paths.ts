import { readlink, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { syncFolder } from "../../store/atomic-file.ts";
import { kindAt, type Layout, replaceLink } from "./layout.ts";

/** One path of the device that shows a part of the current release. */
export interface MappedPath {
  /** Inside the release, without a slash at its end. */
  from: string;
  /** On the device. */
  at: string;
  /** What the link at `at` says. */
  target: string;
}

/** The paths of `map:` as links into `current`. */
export function mappedPaths(layout: Layout, map: Readonly<Record<string, string>>): MappedPath[] {
  return Object.entries(map).map(([from, at]) => {
    const inside = from.replace(/\/+$/, "").replace(/^\.\/?/, "");
    return {
      from: inside,
      at: resolve(at),
      target: inside === "" ? layout.current : join(layout.current, inside),
    };
  });
}

/**
 * Refuses before anything is changed when a mapped path is taken by something that isn't Pawl's and isn't `adopted`, or
 * is neither in the release nor `kept`.
 */
export async function checkMappedPaths(
  paths: readonly MappedPath[],
  manifest: Manifest,
  kept: (path: string) => boolean,
  adopted: readonly MappedPath[] = [],
): Promise<void> {
  for (const { from, at } of paths) {
    const shipped = from === "" || manifest.files.some(({ path }) => path === from || path.startsWith(`${from}/`));
    if (!shipped && !kept(from)) {
      throw new UpdateError("bad_manifest", `${manifest.version} does not contain ${from}, which belongs at ${at}.`, {
        version: manifest.version,
        path: at,
      });
    }
  }
  await missingLinks(paths.filter(({ at }) => !adopted.some((one) => one.at === at)));
}

/**
 * Makes the links that are missing, or none when a path has been taken by something else. They may point to nothing for
 * the instant until `current` exists.
 */
export async function linkMappedPaths(paths: readonly MappedPath[]): Promise<void> {
  for (const { at, target } of await missingLinks(paths)) {
    await replaceLink(at, target);
    await syncFolder(dirname(at));
  }
}

/** Takes the links away again: the first release that was ever installed has been undone. */
export async function unlinkMappedPaths(paths: readonly MappedPath[]): Promise<void> {
  for (const { at, target } of paths) {
    if (!(await isLinkTo(at, target))) continue;
    await unlink(at);
    await syncFolder(dirname(at));
  }
}

async function missingLinks(paths: readonly MappedPath[]): Promise<MappedPath[]> {
  const missing: MappedPath[] = [];
  for (const path of paths) {
    if ((await kindAt(path.at)) === null) missing.push(path);
    else if (!(await isLinkTo(path.at, path.target))) throw takenByOther(path);
  }
  return missing;
}

/** Somebody else's has the path. */
export function takenByOther({ at, target }: MappedPath): UpdateError {
  const message = `${at} is already there and isn't Pawl's link into ${target}. Move it away, or choose another path under install.bundle.map.`;
  return new UpdateError("not_writable", message, { path: at });
}

/** Whether a path is a link that leads to this place. */
export async function isLinkTo(at: string, target: string): Promise<boolean> {
  return (await kindAt(at)) === "link" && resolve(dirname(at), await readlink(at)) === resolve(target);
}
