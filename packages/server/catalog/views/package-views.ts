import { setImmediate } from "node:timers/promises";
import { versionings } from "@pawl/protocol/versioning";
import { ServerError } from "../../error.ts";
import type { Demand } from "../loading/demand.ts";
import type { States } from "../loading/states.ts";
import { feedOf } from "../paths.ts";
import { isPassing, refusal } from "../refusal.ts";
import type { FeedPackages } from "../store/feed-packages.ts";
import type { Resource, ResourceKey } from "../store/resource.ts";
import type { IndexFacts } from "../tables.ts";
import type { Package, PackageIndex } from "../types.ts";
import { BYTES_AN_ENTRY, bytesOf } from "./bytes.ts";
import { byFeed, isNewer, packageIndex } from "./composition.ts";
import { ListedPackage } from "./listed-package.ts";
import { Turns } from "./turns.ts";
import type { View, Views } from "./views.ts";

/** Lists made at once. Until it is made, a list takes several times what it will take. */
const LISTS_AT_ONCE = 2;
/** Behind more than these nobody would have an answer before the wait is over. */
const LISTS_WAITING = 32;
const RETRY_AFTER_S = 5;

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
  /** Where whole lists are kept. */
  lists: Views;
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
  readonly #lists = new Turns({ atOnce: LISTS_AT_ONCE, waiting: LISTS_WAITING, refusal: tooManyLists });

  constructor(parts: PackageParts) {
    this.#parts = parts;
  }

  /** @throws ServerError `not_loaded`, `upstream_refused` when there is nothing to show, or it may be there in a moment */
  index(name: string, sources: Sources): Promise<View<PackageIndex>> {
    return this.#index(name, sources).catch((error: unknown) => this.#parts.views.lastOr(name, error));
  }

  /** @throws ServerError as `index` */
  whole(name: string, sources: Sources): Promise<View<readonly Package[]>> {
    return this.#whole(name, sources).catch((error: unknown) => this.#parts.lists.lastOr(name, error));
  }

  async #index(name: string, sources: Sources): Promise<View<PackageIndex>> {
    const { parts, feeds, packages, unread } = await this.#snapshot(sources, (ids) => this.#parts.feeds.names(ids));
    const index = packageIndex(feeds, packages);
    const value = unread.length === 0 ? index : { ...index, absent: unread };
    return this.#parts.views.keep(name, { value, parts, bytes: indexBytes(value) }, this.#parts.demand.patienceOver());
  }

  async #whole(name: string, sources: Sources): Promise<View<readonly Package[]>> {
    const whole = (ids: readonly number[]) => this.#lists.run(() => this.#parts.feeds.whole(ids));
    const { parts, feeds, packages } = await this.#snapshot(sources, whole);
    const members = byFeed(packages);
    const result = new Map<string, ListedPackage>();
    for (const { id, path, facts } of feeds) {
      const feed = feedOf(path);
      for (const row of members.get(id) ?? []) {
        const before = result.get(row.name);
        if (before?.feed === feed && !isNewer(row.version, before.version, versionings[facts.generation])) continue;
        result.set(row.name, new ListedPackage(row, feed));
      }
    }
    const value = [...result.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const bytes = value.reduce((sum, one) => sum + one.bytes, 0);
    const view = this.#parts.lists.keep(name, { value, parts, bytes }, this.#parts.demand.patienceOver());
    // Whoever else waits has a turn before the list is searched for the first time, which takes as long again.
    return setImmediate(view);
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
}

/**
 * One that upstream refuses or doesn't have would be missing tomorrow too, as would one that failed twice: without it the
 * rest is better than nothing. Of one that failed once for a passing reason, nobody should conclude that packages are gone.
 */
function isWorthWaitingFor({ failures, trouble }: Resource): boolean {
  return trouble === null || (isPassing(trouble.code) && failures < 2);
}

function indexBytes({ versions, abiNames }: PackageIndex): number {
  let result = 0;
  for (const [name, version] of versions) result += BYTES_AN_ENTRY + bytesOf(name) + bytesOf(version);
  for (const name of abiNames.keys()) result += BYTES_AN_ENTRY + bytesOf(name);
  return result;
}

function tooManyLists(): ServerError {
  const sentence = "Too many targets' lists of packages are being asked for at once; ask again in a few seconds.";
  return new ServerError("not_loaded", sentence, { retryAfter: RETRY_AFTER_S });
}
