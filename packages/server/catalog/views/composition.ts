import { createHash } from "node:crypto";
import { type Versioning, versionings } from "@pawl/protocol/versioning";
import type { Resource } from "../store/resource.ts";
import type { Known, PackageGeneration, PackageIndex, Trouble, Trust } from "../types.ts";
import { abiName } from "../upstream/index.ts";
import { interned } from "./interned.ts";

/**
 * How far something made of several resources may be believed: as old as the oldest, as trusted as the least, with the
 * trouble that lasts longest. Parts of which nothing was ever read count by their trouble alone.
 */
export function believed(parts: readonly Resource[], missingIsFine = false): Omit<Known<unknown>, "value"> {
  const read = parts.filter(({ digest }) => digest !== null);
  // What is made of nothing but declarations is as old as the last attempt to find more.
  const dated =
    read.length > 0 ? read : parts.map((part) => ({ ...part, checkedAt: part.triedAt, changedAt: part.triedAt }));
  const troubles = parts.filter(
    ({ digest, trouble }) => !missingIsFine || digest !== null || trouble?.code !== "not_found",
  );
  return {
    checkedAt: new Date(Math.min(...dated.map(({ checkedAt }) => checkedAt?.getTime() ?? 0))),
    changedAt: new Date(Math.max(...dated.map(({ changedAt }) => changedAt?.getTime() ?? 0))),
    digest: (parts.length === 1 ? parts[0]?.digest : null) ?? combined(parts),
    trust: leastOf(contents(read).map(({ trust }) => trust ?? "unchecked")),
    trouble: oldest(troubles.map(({ trouble }) => trouble)),
  };
}

/** `feeds.conf` says where to look, and nobody signs it; what is found there has its own signature. */
function contents(parts: readonly Resource[]): readonly Resource[] {
  const others = parts.filter(({ kind }) => kind !== "feeds");
  return others.length > 0 ? others : parts;
}

const TRUST: readonly Trust[] = ["unchecked", "unsigned", "verified"];

function leastOf(all: readonly Trust[]): Trust {
  return TRUST.find((trust) => all.includes(trust)) ?? "unchecked";
}

function oldest(troubles: readonly (Trouble | null)[]): Trouble | null {
  let result: Trouble | null = null;
  for (const trouble of troubles) if (trouble && (!result || trouble.since < result.since)) result = trouble;
  return result;
}

function combined(parts: readonly Resource[]): string {
  const hash = createHash("sha256");
  for (const { path, digest } of parts) hash.update(`${path} ${digest}\n`);
  return hash.digest("hex");
}

/** What the feeds of an index say of themselves. */
export interface FeedFacts {
  architecture: string | null;
  generation: PackageGeneration;
}

/** A package's row, as far as an index goes. */
export interface NamedRelease {
  feed_id: number;
  name: string;
  version: string;
  abi: string | null;
}

/**
 * Feeds merged in their order: of a name that is in several the last one counts. Of two ABI versions of a library in one
 * feed, which lose their suffix and become one name, the newer counts.
 */
export function packageIndex(
  feeds: readonly { id: number; facts: FeedFacts }[],
  releases: readonly NamedRelease[],
): PackageIndex {
  const generation = feeds[0]?.facts.generation ?? "opkg";
  const versions = new Map<string, string>();
  const abiNames = new Map<string, string>();
  const from = new Map<string, number>();
  const members = byFeed(releases);
  for (const { id } of feeds) {
    for (const { name, version, abi } of members.get(id) ?? []) {
      if (abi !== null) abiNames.set(abiName(name, abi), name);
      const before = versions.get(name);
      if (before !== undefined && from.get(name) === id && !isNewer(version, before, versionings[generation])) continue;
      versions.set(interned(name), interned(version));
      from.set(name, id);
    }
  }
  const architecture = feeds.map(({ facts }) => facts.architecture).find((name) => name !== null && name !== "all");
  return { architecture: architecture ?? null, versions, abiNames, generation };
}

export function isNewer(version: string, than: string, { compare }: Versioning): boolean {
  return (compare(version, than) ?? (version < than ? -1 : 1)) > 0;
}

export function byFeed<P extends { feed_id: number }>(packages: readonly P[]): ReadonlyMap<number, readonly P[]> {
  const result = new Map<number, P[]>();
  for (const one of packages) {
    const feed = result.get(one.feed_id);
    if (feed) feed.push(one);
    else result.set(one.feed_id, [one]);
  }
  return result;
}
