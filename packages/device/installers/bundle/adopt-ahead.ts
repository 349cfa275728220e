import { type Manifest, Version } from "@pawl/protocol";
import { readAdoption } from "./adopt-journal.ts";
import { standingPaths } from "./adopt-standing.ts";
import { UNKNOWN_VERSION } from "./adopted-manifest.ts";
import type { Layout } from "./layout.ts";
import type { MappedPath } from "./mapped-paths.ts";
import { configOf, keptBy, type Ownership } from "./ownership.ts";
import { treeNames } from "./prune.ts";

/** What a first release finds in its place. */
export interface Adoptable {
  /** The mapped paths at which something stands that may become a release. */
  paths: readonly MappedPath[];
  /** The name of the tree they become. */
  tree: string;
}

/**
 * What there is to adopt before a release is switched to, or to go on with; null when a release is in place already, or
 * nothing stands in its place. Reads only. Throws UpdateError `not_writable` for what can't be adopted.
 */
export async function adoptable(
  layout: Layout,
  mapped: readonly MappedPath[],
  current: string | null,
  versionBefore: () => Promise<string | null>,
): Promise<Adoptable | null> {
  const underway = await readAdoption(layout, mapped);
  if (underway) return underway;
  const paths = current === null ? await standingPaths(layout, mapped) : [];
  return paths.length === 0 ? null : { paths, tree: await freeName(layout, await versionBefore()) };
}

/** The paths that are a release's alone. Config and kept files are the owner's, edited as far as anyone knows. */
export function releasePaths(manifest: Manifest, ownership: Ownership): string[] {
  const config = configOf(ownership, manifest);
  const isKept = keptBy(ownership);
  return manifest.files.map(({ path }) => path).filter((path) => !config.has(path) && !isKept(path));
}

async function freeName(layout: Layout, version: string | null): Promise<string> {
  const there = new Set(await treeNames(layout));
  const named = Version.safeParse(version).data;
  if (named !== undefined && !there.has(named)) return named;
  for (let n = 1; ; n++) {
    const name = n === 1 ? UNKNOWN_VERSION : `${UNKNOWN_VERSION}~${n}`;
    if (!there.has(name)) return name;
  }
}
