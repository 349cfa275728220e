import { versionings } from "@pawl/protocol/versioning";
import type { Demand } from "../loading/demand.ts";
import type { States } from "../loading/states.ts";
import { feedOf } from "../paths.ts";
import { isPassing, refusal } from "../refusal.ts";
import type { FeedPackages, WholePackage } from "../store/feed-packages.ts";
import type { Resource, ResourceKey } from "../store/resource.ts";
import type { IndexFacts } from "../tables.ts";
import type { Package, PackageIndex } from "../types.ts";
import { byFeed, isNewer, packageIndex } from "./composition.ts";
import type { View, Views } from "./views.ts";

/** In memory, about; names and versions are short strings of their own. */
const BYTES_A_NAME = 250;
const BYTES_A_PACKAGE = 900;

/** The indexes something is made of, in the order in which later ones count more. */
export interface Sources {
  /** Documents that say which they are. */
  parts: readonly Resource[];
  indexes: readonly ResourceKey[];
  /** Indexes that may be missing without anybody being told: that they should be there is a guess. */
  guessed?: boolean;
}

export interface PackageParts {
  demand: Demand;
  feeds: FeedPackages;
  states: States;
  views: Views;
}

interface Snapshot<P> {
  parts: readonly Resource[];
  /** Those that were read, in order. */
  feeds: readonly { id: number; path: string; facts: IndexFacts }[];
  packages: readonly P[];
  /** Feeds that are there and could not be read: what isn't in the others may be in one of them. */
  unread: readonly string[];
}

/** Packages of several indexes as one value. An index that can't be had is left out, and the value says so by its trouble. */
export class PackageViews {
  readonly #parts: PackageParts;

  constructor(parts: PackageParts) {
    this.#parts = parts;
  }

  /** @throws ServerError `not_loaded`, `upstream_refused` when there is nothing to show, or it may be there in a moment */
  index(name: string, sources: Sources): Promise<View<PackageIndex>> {
    return this.#index(name, sources).catch((error: unknown) => this.#parts.views.lastOr(name, error));
  }

  /** @throws ServerError as `index` */
  whole(name: string, sources: Sources): Promise<View<readonly Package[]>> {
    return this.#whole(name, sources).catch((error: unknown) => this.#parts.views.lastOr(name, error));
  }

  async #index(name: string, sources: Sources): Promise<View<PackageIndex>> {
    const { parts, feeds, packages, unread } = await this.#snapshot(sources, (ids) => this.#parts.feeds.names(ids));
    const index = packageIndex(feeds, packages);
    const value = unread.length === 0 ? index : { ...index, absent: unread };
    return this.#keep(name, { value, parts, bytes: value.versions.size * BYTES_A_NAME });
  }

  async #whole(name: string, sources: Sources): Promise<View<readonly Package[]>> {
    const { parts, feeds, packages } = await this.#snapshot(sources, (ids) => this.#parts.feeds.whole(ids));
    const members = byFeed(packages);
    const result = new Map<string, Package>();
    for (const { id, path, facts } of feeds) {
      const feed = feedOf(path);
      for (const row of members.get(id) ?? []) {
        const before = result.get(row.name);
        if (before?.feed === feed && !isNewer(row.version, before.version, versionings[facts.generation])) continue;
        result.set(row.name, asPackage(row, feed));
      }
    }
    const value = [...result.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.#keep(name, { value, parts, bytes: value.length * BYTES_A_PACKAGE });
  }

  async #snapshot<P>(
    { parts, indexes, guessed = false }: Sources,
    read: (
      ids: readonly number[],
    ) => Promise<{ resources: Resource[]; facts: ReadonlyMap<number, IndexFacts>; packages: readonly P[] }>,
  ): Promise<Snapshot<P>> {
    const all = await this.#parts.demand.current(indexes);
    const usable = all.filter(({ digest }) => digest !== null);
    const absent = all.filter(({ digest }) => digest === null);
    const waiting =
      absent.find((resource) => isWorthWaitingFor(resource)) ?? (usable.length === 0 ? absent[0] : undefined);
    if (waiting) throw refusal(waiting);
    const { resources, facts, packages } = await read(usable.map(({ id }) => id));
    this.#parts.states.apply(resources);
    const byId = new Map(resources.map((resource) => [resource.id, resource]));
    const feeds = usable.flatMap(({ id, path }) => {
      const said = facts.get(id);
      return said ? [{ id, path, facts: said }] : [];
    });
    const shown = all.filter(({ digest }) => digest !== null || !guessed).map((one) => byId.get(one.id) ?? one);
    const unread = absent.filter(({ trouble }) => trouble?.code !== "not_found").map(({ path }) => feedOf(path));
    return { parts: [...parts, ...shown], feeds, packages, unread };
  }

  #keep<T>(name: string, made: { value: T; parts: readonly Resource[]; bytes: number }): View<T> {
    return this.#parts.views.keep(name, made, this.#parts.demand.patienceOver());
  }
}

/**
 * One that upstream refuses or doesn't have would be missing tomorrow too, as would one that failed twice: without it the
 * rest is better than nothing. Of one that failed once for a passing reason, nobody should conclude that packages are gone.
 */
function isWorthWaitingFor({ failures, trouble }: Resource): boolean {
  return trouble === null || (isPassing(trouble.code) && failures < 2);
}

function asPackage(row: WholePackage, feed: string): Package {
  return {
    name: row.name,
    version: row.version,
    feed,
    description: row.description,
    size: row.size,
    installedSize: row.installed_size,
    depends: lines(row.depends),
    conflicts: lines(row.conflicts),
    provides: lines(row.provides),
    abi: row.abi,
  };
}

const NONE: readonly string[] = [];

function lines(text: string | null): readonly string[] {
  return text === null ? NONE : text.split("\n");
}
