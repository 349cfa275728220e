import { createHash } from "node:crypto";
import type {
  Branch,
  Catalog,
  Distribution,
  Known,
  Model,
  PackageIndex,
  RefreshScope,
  Releases,
  Target,
  Trouble,
  Version,
} from "../../../catalog/types.ts";
import { branchOf, versionKind } from "../../../catalog/version-order.ts";
import { ServerError } from "../../../error.ts";

/** What a test's upstream has. Every part may be changed while the server runs. */
export interface World {
  stable: string | null;
  oldstable: string | null;
  upcoming: string | null;
  /** Newest first; SNAPSHOT among them. */
  versions: string[];
  disabled: string[];
  branchOffRevs: Record<string, number>;
  /** Target → architecture. */
  targets: Record<string, string>;
  profiles: Record<string, Record<string, unknown>>;
  packages: Record<string, string>;
  kernelModules: Record<string, string>;
  /** `targets 24.10.5`, `target SNAPSHOT`, `releases` …: what is thrown instead of an answer. */
  failures: Map<string, ServerError>;
  /** What could not be refreshed, and is served all the same. */
  troubled: Set<string>;
  checkedAt: Date;
}

/** The interface of the catalog over a few plain objects, with failures on command that no real mirror would time so well. */
export class MemoryCatalog implements Catalog {
  readonly distributions: readonly Distribution[];
  readonly world: World;
  /** What was asked for anew. */
  readonly refreshed: RefreshScope[] = [];
  #generation = 0;
  /** Happens with each refresh. */
  onRefresh: () => void = () => {};

  constructor(world: World) {
    this.world = world;
    this.distributions = [
      {
        name: "openwrt",
        title: "OpenWrt",
        description: "",
        upstreamUrl: "https://downloads.example.org",
        canonicalUrl: "https://downloads.example.org",
        branches: [],
        continuedBy: null,
        parent: null,
        repositories: [],
        keys: { usign: [], apk: [] },
        startingPoints: [],
      },
    ];
  }

  /** The world may have been changed at any time. */
  get generation(): number {
    return ++this.#generation;
  }

  distribution(name: string): Distribution {
    const found = this.distributions.find((one) => one.name === name);
    if (!found) throw new ServerError("unknown_distribution", `There is no distribution ${name}.`);
    return found;
  }

  async releases(): Promise<Known<Releases>> {
    const { world } = this;
    const versions = world.versions.map(versionOf);
    const names = [...new Set(versions.map(({ branch }) => branch))];
    const branches: Branch[] = names.map((name) => ({
      name,
      enabled: !world.disabled.includes(name),
      path: name === "SNAPSHOT" ? "snapshots" : "releases/{version}",
      snapshot: name === "SNAPSHOT",
      branchOffRev: world.branchOffRevs[name] ?? null,
      versions: versions.filter(({ branch }) => branch === name),
    }));
    const named = (name: string | null) => (name === null ? null : versionOf(name));
    return this.#known("releases", {
      stable: named(world.stable),
      oldstable: named(world.oldstable),
      upcoming: named(world.upcoming),
      branches,
      versions: branches.filter(({ enabled }) => enabled).flatMap((branch) => branch.versions),
    });
  }

  async version(_distribution: string, name: string): Promise<Version> {
    const { value } = await this.releases();
    const version = value.versions.find((one) => one.name === name);
    if (!version) throw new ServerError("unknown_version", `There is no version ${name}.`);
    return version;
  }

  async targets(version: Version): Promise<Known<ReadonlyMap<string, string>>> {
    return this.#known(`targets ${version.name}`, new Map(Object.entries(this.world.targets)));
  }

  async models(version: Version): Promise<Known<readonly Model[]>> {
    const models = Object.keys(this.world.targets).flatMap((target) =>
      Object.keys(this.world.profiles[target] ?? {}).map((profile) => ({ profile, target, titles: [] })),
    );
    return this.#known(`models ${version.name}`, models);
  }

  async target(version: Version, name: string): Promise<Known<Target>> {
    const architecture = this.world.targets[name];
    if (architecture === undefined) throw new ServerError("unknown_target", `There is no target ${name}.`);
    const profiles = this.world.profiles[name] ?? {};
    const raw = {
      metadata_version: 1,
      version_number: version.name,
      version_code: `r100-${version.name}`,
      target: name,
      arch_packages: architecture,
      default_packages: ["base-files"],
      source_date_epoch: 1_707_861_992,
    };
    const entries = Object.entries(profiles).map(([profile, fields]) => {
      const supportedDevices = (fields as { supported_devices?: string[] }).supported_devices ?? [];
      return {
        name: profile,
        titles: [],
        devicePackages: [],
        supportedDevices,
        raw: fields as Record<string, unknown>,
      };
    });
    return this.#known(`target ${version.name}`, {
      name,
      architecture,
      versionCode: raw.version_code,
      versionNumber: version.name,
      sourceDateEpoch: raw.source_date_epoch,
      defaultPackages: raw.default_packages,
      kmods: null,
      profiles: new Map(entries.map((profile) => [profile.name, profile])),
      aliases: new Map(
        entries.flatMap((profile) =>
          [...profile.supportedDevices, profile.name].map(
            (alias) => [alias.replaceAll(",", "_"), profile.name] as const,
          ),
        ),
      ),
      raw,
    });
  }

  async architecturePackages(version: Version, architecture: string): Promise<Known<PackageIndex>> {
    if (!Object.values(this.world.targets).includes(architecture)) {
      throw new ServerError("unknown_architecture", `There is no architecture ${architecture}.`);
    }
    return this.#known(`packages ${version.name}`, index(architecture, this.world.packages));
  }

  async targetPackages(version: Version, target: string): Promise<Known<PackageIndex>> {
    const architecture = this.world.targets[target];
    if (architecture === undefined) throw new ServerError("unknown_target", `There is no target ${target}.`);
    return this.#known(`packages ${version.name}`, index(architecture, this.world.kernelModules));
  }

  async packages(): Promise<Known<readonly []>> {
    return this.#known("all", []);
  }

  async countPackageNames(): Promise<number> {
    return Object.keys(this.world.packages).length;
  }

  async resources(): Promise<readonly []> {
    return [];
  }

  async countResources(): Promise<readonly []> {
    return [];
  }

  async refresh(scope: RefreshScope) {
    this.refreshed.push(scope);
    this.onRefresh();
    return { changed: 0, unchanged: 0, failed: [], bytes: 0 };
  }

  #known<T>(what: string, value: T): Known<T> {
    const failure = this.world.failures.get(what);
    if (failure) throw failure;
    const { checkedAt, troubled } = this.world;
    const digest = createHash("sha256").update(JSON.stringify(value, plain)).digest("hex");
    return {
      value,
      checkedAt,
      changedAt: checkedAt,
      digest,
      trust: "unchecked",
      trouble: troubled.has(what) ? TROUBLE : null,
    };
  }
}

const TROUBLE: Trouble = {
  code: "mirror_down",
  sentence: "The mirror does not answer.",
  since: new Date(0),
  retryAt: null,
  upstreamStatus: null,
};

function plain(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}

function index(architecture: string, packages: Record<string, string>): PackageIndex {
  return { architecture, versions: new Map(Object.entries(packages)), abiNames: new Map(), generation: "opkg" };
}

function versionOf(name: string): Version {
  const path = name === "SNAPSHOT" ? "snapshots" : `releases/${name}`;
  return { distribution: "openwrt", name, branch: branchOf(name), kind: versionKind(name), path };
}
