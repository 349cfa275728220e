import type { Distribution, Known, PackageIndex, Releases, Target, Version } from "../catalog/types.ts";
import { branchOf } from "../catalog/version-order.ts";
import { ServerError, type ServerErrorCode } from "../error.ts";
import type { UpgradeCatalog } from "./types.ts";
import { indexOf, versionOf } from "./upgrade-fixture.ts";

/** A release of the fixture: what each of its targets is. */
export interface FixtureRelease {
  revision: string;
  /** Packages of every target. */
  packages: readonly string[] | Readonly<Record<string, string>>;
  targets: Readonly<Record<string, FixtureTarget>>;
  generation?: "opkg" | "apk";
}

interface FixtureTarget {
  packages?: readonly string[];
  defaults?: readonly string[];
  /** Profile → its own packages. */
  profiles?: Readonly<Record<string, readonly string[]>>;
  /** Board → profile. */
  boards?: Readonly<Record<string, string>>;
}

/** What an upgrade check wants of a catalog, from a few words. */
export class FixtureCatalog implements UpgradeCatalog {
  readonly distributions: readonly Distribution[];
  /** Versions whose indexes can't be had, and why. */
  readonly troubles = new Map<string, ServerErrorCode>();
  readonly asked: string[] = [];
  #generation = 0;
  readonly #releases: Releases;
  readonly #versions: ReadonlyMap<string, Version>;
  readonly #known = new Map<string, unknown>();
  readonly #world: Readonly<Record<string, FixtureRelease>>;

  /** Troubles come and go at any time: nothing it said is good for longer. */
  get generation(): number {
    return ++this.#generation;
  }

  constructor(
    world: Readonly<Record<string, FixtureRelease>>,
    options: {
      stable: string | null;
      branchOffRev?: Readonly<Record<string, number>>;
      startingPoints?: readonly { version: string; targets: readonly string[] }[];
    },
  ) {
    this.#world = world;
    const versions = Object.keys(world).map(versionOf);
    this.#versions = new Map(versions.map((version) => [version.name, version]));
    const branches = [...new Set(versions.map(({ name }) => branchOf(name)))].map((name) => ({
      name,
      enabled: true,
      path: name === "SNAPSHOT" ? "snapshots" : "releases/{version}",
      snapshot: name === "SNAPSHOT",
      branchOffRev: options.branchOffRev?.[name] ?? null,
      versions: versions.filter(({ branch }) => branch === name),
    }));
    const stable = options.stable === null ? null : (this.#versions.get(options.stable) ?? null);
    this.#releases = { stable, oldstable: null, upcoming: null, branches, versions };
    this.distributions = [
      {
        name: "openwrt",
        title: "OpenWrt",
        description: "",
        upstreamUrl: "http://mirror.example",
        canonicalUrl: "http://mirror.example",
        branches,
        continuedBy: null,
        parent: null,
        repositories: [],
        keys: { usign: [], apk: [] },
        startingPoints: options.startingPoints ?? [],
      },
    ];
  }

  distribution(name: string): Distribution {
    const found = this.distributions.find((one) => one.name === name);
    if (!found) throw new ServerError("unknown_distribution", `No distribution is called ${name}.`);
    return found;
  }

  async releases(): Promise<Known<Releases>> {
    return known(this.#releases);
  }

  async version(_: string, name: string): Promise<Version> {
    const found = this.#versions.get(name);
    if (!found)
      throw new ServerError("unknown_version", `openwrt has no version ${name}.`, { fields: { version: name } });
    return found;
  }

  async targets({ name }: Version): Promise<Known<ReadonlyMap<string, string>>> {
    const names = Object.keys(this.#world[name]?.targets ?? {});
    return this.#once(`${name} targets`, () => known(new Map(names.map((target) => [target, "mips_24kc"]))));
  }

  async target(version: Version, name: string): Promise<Known<Target>> {
    const release = this.#ask(version);
    const facts = release.targets[name];
    if (!facts) throw new ServerError("unknown_target", `${version.name} has no target ${name}.`);
    return this.#once(`${version.name} ${name}`, () => known(targetOf(version.name, name, release.revision, facts)));
  }

  async architecturePackages(version: Version): Promise<Known<PackageIndex>> {
    const release = this.#ask(version);
    return this.#once(`${version.name} packages`, () => known(indexOf(release.packages, release.generation)));
  }

  async targetPackages(version: Version, name: string): Promise<Known<PackageIndex>> {
    const release = this.#ask(version);
    const names = release.targets[name]?.packages ?? [];
    return this.#once(`${version.name} ${name} packages`, () => known(indexOf(names, release.generation)));
  }

  #ask({ name }: Version): FixtureRelease {
    this.asked.push(name);
    const trouble = this.troubles.get(name);
    const release = this.#world[name];
    if (trouble || !release)
      throw new ServerError(trouble ?? "unknown_version", `${name} can't be had.`, { retryAfter: 30 });
    return release;
  }

  /** The same object each time, as a real catalog does while nothing changes. */
  #once<T>(key: string, make: () => T): T {
    const before = this.#known.get(key) as T | undefined;
    if (before !== undefined) return before;
    const made = make();
    this.#known.set(key, made);
    return made;
  }
}

function targetOf(version: string, name: string, versionCode: string, facts: FixtureTarget): Target {
  const profiles = Object.entries(facts.profiles ?? {}).map(([profile, devicePackages]) => ({
    name: profile,
    titles: [],
    devicePackages,
    supportedDevices: [],
    raw: {},
  }));
  return {
    name,
    architecture: "mips_24kc",
    versionCode,
    versionNumber: version,
    sourceDateEpoch: null,
    defaultPackages: facts.defaults ?? [],
    kmods: null,
    profiles: new Map(profiles.map((profile) => [profile.name, profile])),
    aliases: new Map([
      ...profiles.map((profile) => [profile.name, profile.name] as const),
      ...Object.entries(facts.boards ?? {}),
    ]),
    raw: {},
  };
}

function known<T>(value: T): Known<T> {
  return { value, checkedAt: new Date(), changedAt: new Date(), digest: "", trust: "unchecked", trouble: null };
}
