import { databaseTrouble } from "../db/trouble.ts";
import { ServerError } from "../error.ts";
import { assemble, type CatalogOptions, type CatalogParts, endReading } from "./assembly.ts";
import { bounded } from "./bounded.ts";
import type { DistributionFacts } from "./facts.ts";
import { type FillOptions, firstFill } from "./loading/first-fill.ts";
import { refreshAll } from "./loading/refresh.ts";
import { originOf, sourceOfVersions } from "./origin.ts";
import { modelsKey, targetKey, targetsKey, versionsKey } from "./paths.ts";
import { notInTime, unknown } from "./refusal.ts";
import { type Resource, type ResourceKey, toState } from "./store/resource.ts";
import type {
  Catalog,
  Known,
  Model,
  Package,
  PackageIndex,
  RefreshProgress,
  RefreshReport,
  RefreshScope,
  Releases,
  ResourceCount,
  ResourceFilter,
  ResourceState,
  Target,
  Version,
} from "./types.ts";
import type { View } from "./views/views.ts";

/** How long a number that takes a look at all packages is believed, in milliseconds. */
const COUNT_EVERY = 60_000;

/** The catalog of distributions whose upstream is a mirror: memory, then the database, then the mirror. */
export class UpstreamCatalog implements Catalog, AsyncDisposable {
  readonly distributions: readonly DistributionFacts[];
  readonly #parts: CatalogParts;
  /** Values that are being made, by name: those who wait share them. */
  readonly #making = new Map<string, Promise<unknown>>();
  #updating: Promise<void> | null = null;
  #isDisposed = false;
  #count: { at: number; names: Promise<number> } | null = null;

  private constructor(parts: CatalogParts) {
    this.#parts = parts;
    this.distributions = [...parts.distributions.values()];
  }

  /** It answers at once, and keeps nothing fresh until `start()`. @throws ServerError `config_invalid` */
  static async open(options: CatalogOptions): Promise<UpstreamCatalog> {
    return new UpstreamCatalog(await assemble(options));
  }

  get generation(): number {
    return this.#parts.states.generation;
  }

  /** Begins to keep fresh what is asked for. Once; it ends with the catalog. */
  start(): void {
    this.#updating ??= this.#parts.updater.run(this.#parts.ended.signal);
  }

  distribution(name: string): DistributionFacts {
    const facts = this.#parts.distributions.get(name);
    if (!facts) throw unknown("unknown_distribution", `There is no distribution ${name} here.`);
    return facts;
  }

  async releases(distribution: string, signal?: AbortSignal): Promise<Known<Releases>> {
    const facts = this.distribution(distribution);
    const fresh = this.#parts.releases.fresh(facts);
    if (fresh) return fresh;
    const what = `The list of ${facts.title}'s versions`;
    return this.#wait(`releases ${distribution}`, what, () => this.#parts.releases.get(facts), signal);
  }

  async version(distribution: string, name: string, signal?: AbortSignal): Promise<Version> {
    const facts = this.distribution(distribution);
    const fresh = this.#parts.releases.fresh(facts);
    const known = fresh && this.#parts.releases.find(fresh.value, name);
    if (known) return known;
    const what = `The list of ${facts.title}'s versions`;
    return this.#wait(`version ${distribution} ${name}`, what, () => this.#parts.releases.version(facts, name), signal);
  }

  async targets(version: Version, signal?: AbortSignal): Promise<Known<ReadonlyMap<string, string>>> {
    const facts = this.distribution(version.distribution);
    const origin = originOf(version, facts);
    const fresh = this.#parts.documents.fresh(targetsKey(origin.source, origin.version));
    if (fresh) return fresh.known;
    const make = () => this.#parts.targets.targets(facts, version);
    return this.#wait(`targets ${of(version)}`, `The list of targets of ${version.name}`, make, signal).then(known);
  }

  async models(version: Version, signal?: AbortSignal): Promise<Known<readonly Model[]>> {
    const facts = this.distribution(version.distribution);
    const origin = originOf(version, facts);
    const fresh = this.#parts.documents.fresh(modelsKey(origin.source, origin.version));
    if (fresh) return fresh.known;
    const make = () => this.#parts.targets.models(facts, version);
    return this.#wait(`models ${of(version)}`, `The list of models of ${version.name}`, make, signal).then(known);
  }

  async target(version: Version, target: string, signal?: AbortSignal): Promise<Known<Target>> {
    const facts = this.distribution(version.distribution);
    const origin = originOf(version, facts);
    const fresh = this.#parts.documents.fresh(targetKey(origin.source, origin.version, target));
    if (fresh) return fresh.known;
    const make = () => this.#parts.targets.target(facts, version, target);
    return this.#wait(`target ${of(version)} ${target}`, `Target ${target} of ${version.name}`, make, signal).then(
      known,
    );
  }

  async architecturePackages(
    version: Version,
    architecture: string,
    signal?: AbortSignal,
  ): Promise<Known<PackageIndex>> {
    const facts = this.distribution(version.distribution);
    const name = `architecture ${of(version)} ${architecture}`;
    const fresh = this.#parts.views.fresh<PackageIndex>(name);
    if (fresh) return fresh.known;
    const make = async () =>
      this.#parts.packages.index(name, await this.#parts.targets.architectureSources(facts, version, architecture));
    return this.#wait(name, `The index of ${architecture} of ${version.name}`, make, signal).then(known);
  }

  async targetPackages(version: Version, target: string, signal?: AbortSignal): Promise<Known<PackageIndex>> {
    const facts = this.distribution(version.distribution);
    const name = `target-packages ${of(version)} ${target}`;
    const fresh = this.#parts.views.fresh<PackageIndex>(name);
    if (fresh) return fresh.known;
    const make = async () =>
      this.#parts.packages.index(name, await this.#parts.targets.targetSources(facts, version, target));
    return this.#wait(name, `The index of ${target} of ${version.name}`, make, signal).then(known);
  }

  async packages(version: Version, target: string, signal?: AbortSignal): Promise<Known<readonly Package[]>> {
    const facts = this.distribution(version.distribution);
    const name = `packages ${of(version)} ${target}`;
    const fresh = this.#parts.lists.fresh<readonly Package[]>(name);
    if (fresh) return fresh.known;
    const make = async () =>
      this.#parts.packages.whole(name, await this.#parts.targets.allSources(facts, version, target));
    return this.#wait(name, `The packages for ${target} of ${version.name}`, make, signal).then(known);
  }

  countPackageNames(): Promise<number> {
    const now = performance.now();
    if (!this.#count || now - this.#count.at > COUNT_EVERY) {
      const names = this.#parts.feeds.countNames().catch((error: unknown) => {
        this.#count = null;
        throw worded(error);
      });
      this.#count = { at: now, names };
    }
    return this.#count.names;
  }

  async resources(filter: ResourceFilter = {}): Promise<readonly ResourceState[]> {
    try {
      return (await this.#parts.listing.list(this.#scope(filter))).map((resource) => this.#shown(resource));
    } catch (error) {
      throw worded(error);
    }
  }

  async countResources(filter: ResourceFilter = {}): Promise<readonly ResourceCount[]> {
    try {
      return await this.#parts.listing.count(this.#scope(filter));
    } catch (error) {
      throw worded(error);
    }
  }

  async refresh(
    scope: RefreshScope,
    options: { signal?: AbortSignal; onProgress?: (progress: RefreshProgress) => void } = {},
  ): Promise<RefreshReport> {
    const signal = this.#until(options.signal);
    try {
      await this.#want(await this.#named(scope, signal));
      const resources = await this.#parts.store.list(this.#scope(scope));
      const declared = resources.filter(({ distribution }) => this.#parts.distributions.has(distribution));
      return await refreshAll(declared, this.#parts, { signal, onProgress: options.onProgress });
    } catch (error) {
      throw worded(error);
    }
  }

  /** Reads what a server should know before anybody asks. */
  async fill(options: Partial<FillOptions> = {}): Promise<RefreshReport> {
    try {
      return await firstFill(this.#parts, { ...options, signal: this.#until(options.signal) });
    } catch (error) {
      throw worded(error);
    }
  }

  /** Has these read as soon as somebody comes to it, if they aren't there. */
  async #want(keys: readonly ResourceKey[]): Promise<void> {
    await this.#parts.store.want(keys);
    this.#parts.updater.wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    endReading(this.#parts.ended);
    await this.#updating?.catch(() => undefined);
    await Promise.allSettled([...this.#making.values(), this.#parts.loader.idle()]);
    await this.#parts.life[Symbol.asyncDispose]();
  }

  /** Where versions are declared, there may be no list of them. */
  #shown(resource: Resource): ResourceState {
    const state = toState(resource);
    const isMissing = resource.kind === "versions" && resource.digest === null && state.trouble?.code === "not_found";
    const declared = this.#parts.distributions.get(resource.distribution)?.versions.length ?? 0;
    return isMissing && declared > 0 ? { ...state, trouble: null } : state;
  }

  /** Rows are kept for those whose upstream is read. */
  #scope<S extends RefreshScope>(scope: S): S {
    if (scope.distribution === undefined) return scope;
    const { continuedBy, name } = this.distribution(scope.distribution);
    return { ...scope, distribution: continuedBy ?? name };
  }

  /** What a scope names, whether anybody ever asked for it or not. */
  async #named(scope: RefreshScope, signal: AbortSignal): Promise<ResourceKey[]> {
    const facts = scope.distribution === undefined ? this.distributions : [this.distribution(scope.distribution)];
    const keys: ResourceKey[] = [];
    for (const one of facts) {
      const source = sourceOfVersions(one);
      if (source !== null) keys.push(versionsKey(source));
      if (scope.version === undefined || scope.distribution === undefined) continue;
      const origin = originOf(await this.version(one.name, scope.version, signal), one);
      keys.push(targetsKey(origin.source, origin.version), modelsKey(origin.source, origin.version));
      if (scope.target !== undefined) keys.push(targetKey(origin.source, origin.version, scope.target));
    }
    return keys;
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    const ended = this.#parts.ended.signal;
    return signal ? AbortSignal.any([signal, ended]) : ended;
  }

  /** Waits for a value that is made once for all who ask, and not for long. */
  async #wait<T>(name: string, what: string, make: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { ended, loadTimeout } = this.#parts;
    if (this.#isDisposed) throw ended.signal.reason;
    // What is kept under a name is always of the one type that its only caller makes.
    let making = this.#making.get(name) as Promise<T> | undefined;
    if (!making) {
      making = make().finally(() => this.#making.delete(name));
      this.#making.set(name, making);
    }
    try {
      return await bounded(making, loadTimeout, () => notInTime(what, 5), signal);
    } catch (error) {
      if (signal?.aborted || error instanceof ServerError) throw error;
      throw ended.signal.aborted ? ended.signal.reason : worded(error);
    }
  }
}

function known<T>(view: View<T>): Known<T> {
  return view.known;
}

function of({ distribution, name }: Version): string {
  return `${distribution} ${name}`;
}

/** A database that is away is a reason with a name; anything else is ours. */
function worded(error: unknown): unknown {
  return databaseTrouble(error) ?? error;
}
