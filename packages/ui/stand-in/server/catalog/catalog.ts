import type { ServerSchemas } from "../../../data/server.ts";
import { Chance } from "../../chance.ts";
import { refuse } from "../refusal.ts";
import { modelsOf } from "./models.ts";
import { packagesOf, type StandInPackage } from "./packages.ts";
import { type StandInTarget, TARGETS } from "./targets.ts";

type Version = ServerSchemas["Version"];
type Trouble = ServerSchemas["Trouble"];

export interface StandInDistribution {
  detail: Omit<ServerSchemas["DistributionDetail"], "changed_at" | "trouble" | "trust">;
  /** The newest first. */
  branches: { name: string; versions: string[] }[];
}

/** What upstream has, and how far that is known. */
export interface Catalog {
  distributions: StandInDistribution[];
  models: ServerSchemas["Model"][];
  packages: StandInPackage[];
  /** Why everything may be old. */
  trouble: Trouble | null;
  now(): Date;
}

export const DEFAULT_PACKAGES = [
  ...["apk-mbedtls", "base-files", "ca-bundle", "dnsmasq", "dropbear", "firewall4", "fstools", "jsonfilter", "kernel"],
  ...["libc", "logd", "mtd", "netifd", "nftables-json", "odhcp6c", "odhcpd-ipv6only", "ppp", "ppp-mod-pppoe", "procd"],
  ...["uci", "uclient-fetch", "urandom-seed", "wpad-basic-mbedtls"],
] as const;

/** All catalogs have the same ones, which take a moment to make. */
let known: Pick<Catalog, "models" | "packages"> | null = null;

/** A catalog of two distributions with about as many models and packages as there are; an empty one has none. */
export function catalogOf({ isEmpty }: { isEmpty: boolean }, now: () => Date): Catalog {
  known ??= { models: modelsOf(2_000), packages: packagesOf(3_000) };
  const { models, packages } = isEmpty ? { models: [], packages: [] } : known;
  return { distributions: DISTRIBUTIONS, models, packages, trouble: null, now };
}

export function provenance(catalog: Catalog): Pick<ServerSchemas["ModelList"], "changed_at" | "trust" | "trouble"> {
  return { changed_at: hoursAgo(catalog, 6), trust: "verified", trouble: catalog.trouble };
}

export function hoursAgo(catalog: Pick<Catalog, "now">, hours: number): string {
  return new Date(catalog.now().getTime() - hours * 60 * 60_000).toISOString();
}

export function distributionNamed(catalog: Catalog, name = ""): StandInDistribution {
  const found = catalog.distributions.find(({ detail }) => detail.name === name);
  if (found) return found;
  throw refuse(404, "unknown_distribution", `There is no distribution ${name}.`, { fields: { distribution: name } });
}

export function versionsOf({ detail, branches }: StandInDistribution): Version[] {
  return branches.flatMap(({ name: branch, versions }) =>
    versions.map((name): Version => {
      const kind = name === "SNAPSHOT" ? "snapshot" : name.includes("-rc") ? "candidate" : "release";
      return {
        branch,
        distribution: detail.name,
        kind,
        name,
        path: kind === "snapshot" ? "snapshots" : `releases/${name}`,
      };
    }),
  );
}

export function versionNamed(catalog: Catalog, of = "", name = ""): Version {
  const distribution = distributionNamed(catalog, of);
  const found = versionsOf(distribution).find((version) => version.name === name);
  if (found) return found;
  const sentence = `${distribution.detail.title} has no version ${name}.`;
  throw refuse(404, "unknown_version", sentence, { fields: { version: name } });
}

export function targetNamed(name: string, version: string): StandInTarget {
  const found = TARGETS.find((target) => target.name === name);
  if (found) return found;
  throw refuse(404, "unknown_target", `${version} has no target ${name}.`, { fields: { target: name } });
}

export function modelNamed(catalog: Catalog, { name }: StandInTarget, profile: string): ServerSchemas["Model"] {
  const found = catalog.models.find((model) => model.profile === profile && model.target === name);
  if (found) return found;
  throw refuse(404, "unknown_profile", `There is no profile ${profile} in ${name}.`, { fields: { profile } });
}

/** `r32768-476e45f89d`: another one for each version. */
export function revisionOf(version: string): string {
  const seed = [...version].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
  return `r${20_000 + (seed % 12_000)}-${new Chance(seed).hex(10)}`;
}

const DISTRIBUTIONS: StandInDistribution[] = [
  {
    detail: {
      name: "openwrt",
      title: "OpenWrt",
      description: "A Linux for routers, access points and small computers",
      upstream_url: "https://downloads.openwrt.example",
      parent: null,
      continued_by: null,
      stable: "25.12.1",
      oldstable: "24.10.5",
      upcoming: "26.05.0-rc1",
      starting_points: [{ version: "18.06.1", targets: ["ar71xx/generic"] }],
    },
    branches: [
      { name: "26.05", versions: ["26.05.0-rc1"] },
      { name: "25.12", versions: ["25.12.1", "25.12.0", "25.12.0-rc3", "25.12.0-rc2", "25.12.0-rc1"] },
      { name: "24.10", versions: ["24.10.5", "24.10.4", "24.10.3", "24.10.2", "24.10.1", "24.10.0"] },
      { name: "23.05", versions: ["23.05.6", "23.05.5", "23.05.4", "23.05.3"] },
      { name: "SNAPSHOT", versions: ["SNAPSHOT"] },
    ],
  },
  {
    detail: {
      name: "meshwrt",
      title: "MeshWrt",
      description: "OpenWrt with what a neighbourhood's network needs",
      upstream_url: "https://firmware.meshwrt.example",
      parent: { distribution: "openwrt", version: "24.10.5" },
      continued_by: null,
      stable: "2.4.1",
      oldstable: null,
      upcoming: null,
      starting_points: [],
    },
    branches: [
      { name: "2.4", versions: ["2.4.1", "2.4.0"] },
      { name: "2.3", versions: ["2.3.9"] },
    ],
  },
];
