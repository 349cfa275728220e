import type { PackageFile } from "../formats/package-file.ts";
import { overviewJson } from "../formats/profiles.ts";
import type { Tree } from "../tree.ts";
import { FEED_NAMES, type FeedName, feedRecords, limeRecords, type Overrides } from "../world/feeds.ts";
import type { Release } from "../world/releases.ts";
import { targetNamed } from "../world/targets.ts";
import { type Folder, feedFolder } from "./feed.ts";
import { buildTarget, feedsBuildinfo, sha256sums } from "./target.ts";

/** Writes a release but for its feeds, which it shares with others of its branch. */
export function buildRelease(tree: Tree, release: Release, overrides?: Overrides): void {
  const { path, targets, time, documents, feedsPath } = release;
  for (const target of targets) buildTarget(tree, release, target, overrides);
  if (documents.targets) {
    const facts = targets.map(targetNamed);
    const architectures = Object.fromEntries(facts.map(({ name, architecture }) => [name, architecture]));
    tree.put(`${path}/.targets.json`, JSON.stringify(architectures), time);
    tree.put(`${path}/.overview.json`, overviewJson(release, facts), time);
  }
  if (feedsPath !== `${path}/packages`) tree.link(`${path}/packages`, feedsPath);
}

/** Writes the feeds of a branch, of each architecture its targets have. */
export function buildFeeds(tree: Tree, release: Release, overrides?: Overrides): void {
  for (const architecture of new Set(release.targets.map((name) => targetNamed(name).architecture))) {
    const folder = `${release.feedsPath}/${architecture}`;
    const files: Folder = new Map();
    for (const feed of FEED_NAMES) {
      for (const [name, bytes] of buildFeed(release, feed, architecture, overrides))
        files.set(`${feed}/${name}`, bytes);
    }
    const conf = `src-git base https://git.example.org/openwrt.git^${release.versionCode.split("-")[1]}\n${feedsBuildinfo(release)}`;
    files.set("feeds.conf", Buffer.from(conf));
    files.set("sha256sums", Buffer.from(sha256sums(files)));
    for (const [name, bytes] of files) tree.put(`${folder}/${name}`, bytes, release.time);
  }
}

/** One feed of an architecture, with packages that somebody added to it. */
export function buildFeed(
  release: Release,
  feed: FeedName,
  architecture: string,
  overrides?: Overrides,
  added: readonly PackageFile[] = [],
): Folder {
  const facts = {
    release,
    target: null,
    generation: release.generation,
    indexVersion: release.indexVersion.feeds,
    architecture,
    time: release.time,
  };
  return feedFolder(feedRecords(release, feed, architecture, overrides), facts, added);
}

/** Writes Lime's feeds of a version, one for each architecture of the parent's release. */
export function buildLime(tree: Tree, version: string, parent: Release): void {
  for (const architecture of new Set(parent.targets.map((name) => targetNamed(name).architecture))) {
    const { generation, time, indexVersion } = parent;
    const feed = { release: parent, target: null, generation, time, architecture, indexVersion: indexVersion.feeds };
    const folder = feedFolder(limeRecords(parent, architecture), feed);
    for (const [name, bytes] of folder) tree.put(`lime/${version}/${architecture}/${name}`, bytes, time);
  }
}
