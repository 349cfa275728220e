import { createHash } from "node:crypto";
import { indexes } from "./build/feed.ts";
import { type MadePackage, madePackageFile } from "./build/made-package.ts";
import { buildFeed, buildRelease } from "./build/release.ts";
import { type Announced, buildVersions } from "./build/versions.ts";
import type { PackageFile } from "./formats/package-file.ts";
import type { ServedTree } from "./served-tree.ts";
import { MemoryTree } from "./tree.ts";
import { FEED_NAMES, FEEDS, type FeedName } from "./world/feeds.ts";
import type { Generation } from "./world/package.ts";
import { ANNOUNCED, RELEASES, type Release, rebuilt, successor } from "./world/releases.ts";
import { targetNamed } from "./world/targets.ts";

const MINUTE = 60;

/** What the distribution's people do while a mirror runs: release, rebuild, update. */
export class Upstream {
  readonly #tree: ServedTree;
  #announced: Announced = ANNOUNCED;
  #releases = new Map(RELEASES.map((release) => [release.name, release]));
  /** Branch → `feed/name` → version. */
  #updates = new Map<string, Map<string, string>>();
  /** `branch/feed` → packages that were added. */
  #added = new Map<string, PackageFile[]>();
  #time = LATEST;

  constructor(tree: ServedTree) {
    this.#tree = tree;
  }

  /** What `.versions.json` says. */
  get announced(): Announced {
    return this.#announced;
  }

  /** A release as it is now, such as its revision and kernel. @throws if there is none of that name. */
  release(name: string): Release {
    const found = this.#releases.get(name);
    if (!found) throw new Error(`the miniature has no release ${name}`);
    return found;
  }

  /**
   * A new release: its files (`publish`), then its name in `.versions.json`. It becomes stable, oldstable or upcoming as
   * its number says. `published: false`: the name comes before the files, as with slow mirrors.
   */
  announce(name: string, { published = true } = {}): void {
    if (published) this.publish(name);
    this.#announced = withRelease(this.#announced, name);
    const tree = new MemoryTree();
    buildVersions(tree, this.#now(), this.#announced);
    for (const [path, { bytes, time }] of tree.files) this.#tree.changes.put(path, bytes, time);
  }

  /** A release's files, without a word in `.versions.json`. The branch must be one the miniature has. */
  publish(name: string): void {
    const branch = name.slice(0, 5);
    const before = [...this.#releases.values()].filter(
      (known) => known.branch === branch && !known.name.endsWith("SNAPSHOT"),
    );
    const previous = before.at(-1);
    if (!previous) throw new Error(`the miniature has no branch ${branch}`);
    const release = successor(previous, name);
    this.#releases.set(name, release);
    buildRelease(this.#tree.changes, release);
  }

  /** Snapshots are built anew from some commits later: new revision, kernel modules in a new folder, new images. */
  advanceSnapshot(name = "SNAPSHOT", commits = 7): Release {
    const previous = this.release(name);
    const release = rebuilt(previous, commits);
    this.#releases.set(name, release);
    this.#tree.remove(`${previous.path}/targets`);
    const tree = new MemoryTree();
    buildRelease(tree, release);
    const time = this.#now();
    for (const [path, { bytes }] of tree.files) this.#tree.changes.put(path, bytes, time);
    return release;
  }

  /** A feed's newer package, in all releases of a branch, for every architecture. Answers the paths that changed. */
  updatePackage(branch: string, name: string, version: string): string[] {
    const feed = FEED_NAMES.find((known) => FEEDS[known].some((row) => row.name === name));
    if (!feed) throw new Error(`no feed has ${name}`);
    const updates = this.#updates.get(branch) ?? new Map<string, string>();
    this.#updates.set(branch, updates.set(`${feed}/${name}`, version));
    return this.#rebuild(branch, feed);
  }

  /** More packages in a feed, in all releases of a branch, for every architecture. Answers the paths that changed. */
  addPackages(branch: string, feed: FeedName, packages: readonly MadePackage[]): string[] {
    const { generation } = this.#newestOf(branch);
    const key = `${branch}/${feed}`;
    const files = packages.map((made) => madePackageFile(made, generation, this.#time));
    this.#added.set(key, [...(this.#added.get(key) ?? []), ...files]);
    return this.#rebuild(branch, feed);
  }

  /** A feed of these packages and no others, signed as all are, in place of what is in a folder. */
  putFeed(path: string, packages: readonly MadePackage[], generation: Generation): void {
    const folder = this.#tree.canonical(path);
    this.#tree.remove(folder);
    const time = this.#now();
    const files = packages.map((made) => madePackageFile(made, generation, time));
    for (const { filename, bytes } of files) this.#tree.changes.put(`${folder}/${filename}`, bytes, time);
    const index = indexes(files, { generation, indexVersion: 2, architecture: "all", time });
    for (const [name, bytes] of index) this.#tree.changes.put(`${folder}/${name}`, bytes, time);
  }

  /** Any file. */
  put(path: string, content: string | Uint8Array): void {
    this.#tree.changes.put(this.#tree.canonical(path), content, this.#now());
  }

  /** Everything as it was. */
  restore(): void {
    this.#tree.restore();
    this.#announced = ANNOUNCED;
    this.#releases = new Map(RELEASES.map((release) => [release.name, release]));
    this.#updates = new Map();
    this.#added = new Map();
  }

  /** The release that a branch's feeds are made from. */
  #newestOf(branch: string): Release {
    const [release] = [...this.#releases.values()].filter((known) => known.branch === branch);
    if (!release) throw new Error(`the miniature has no branch ${branch}`);
    return RELEASES.filter((known) => known.feedsPath === release.feedsPath).at(-1) ?? release;
  }

  #rebuild(branch: string, feed: FeedName): string[] {
    const newest = this.#newestOf(branch);
    const architectures = new Set(newest.targets.map((target) => targetNamed(target).architecture));
    return [...architectures].flatMap((architecture) => this.#rebuildFeed(newest, branch, feed, architecture));
  }

  #rebuildFeed(release: Release, branch: string, feed: FeedName, architecture: string): string[] {
    const updates = this.#updates.get(branch);
    const added = this.#added.get(`${branch}/${feed}`);
    const folder = `${release.feedsPath}/${architecture}`;
    const time = this.#now();
    const changed = new Map<string, Buffer>();
    const before = sumsOf(this.#tree.text(`${folder}/sha256sums`) ?? "");
    const after = new Map([...before].filter(([path]) => !path.startsWith(`${feed}/`)));
    for (const [name, bytes] of buildFeed(release, feed, architecture, updates, added)) {
      const path = `${feed}/${name}`;
      const sum = createHash("sha256").update(bytes).digest("hex");
      after.set(path, sum);
      if (before.get(path) !== sum) changed.set(path, bytes);
    }
    for (const path of before.keys()) if (!after.has(path)) this.#tree.remove(`${folder}/${path}`);
    changed.set("sha256sums", Buffer.from(sumsText(after)));
    for (const [path, bytes] of changed) this.#tree.changes.put(`${folder}/${path}`, bytes, time);
    return [...changed.keys()].map((path) => `${folder}/${path}`);
  }

  /** Each change is a minute after the one before: its files are newer than all that were there. */
  #now(): number {
    this.#time += MINUTE;
    return this.#time;
  }
}

/** Path → hash, of a `sha256sums`. */
function sumsOf(text: string): Map<string, string> {
  const lines = text.split("\n").filter(Boolean);
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

function sumsText(sums: ReadonlyMap<string, string>): string {
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([path, sum]) => `${sum} *${path}\n`).join("");
}

const LATEST = Math.max(...RELEASES.map(({ time }) => time));

function withRelease(announced: Announced, name: string): Announced {
  const branch = name.slice(0, 5);
  const list = [name, ...announced.list.filter((known) => known !== name)].sort((a, b) =>
    sortKey(a) < sortKey(b) ? 1 : -1,
  );
  if (/-rc\d+$/.test(name)) return { ...announced, list, upcoming: name };
  if (branch > announced.stable) {
    const upcoming = announced.upcoming.startsWith(branch) ? "" : announced.upcoming;
    return { list, upcoming, stable: name, oldstable: announced.stable };
  }
  if (announced.stable.startsWith(branch)) return { ...announced, list, stable: name };
  return announced.oldstable.startsWith(branch) ? { ...announced, list, oldstable: name } : { ...announced, list };
}

/** Candidates are listed before the release they were for, newest first: `24.10.0-rc2`, `24.10.0-rc1`, `24.10.0`. */
function sortKey(version: string): string {
  const [, numbers = "", candidate = "0"] = /^([\d.]+)(?:-rc(\d+))?$/.exec(version) ?? [];
  return [...numbers.split("."), candidate].map((part) => part.padStart(4, "0")).join(".");
}
