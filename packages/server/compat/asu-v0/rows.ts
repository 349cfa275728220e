import type { Distribution, Known, Model, Releases, Version } from "../../catalog/types.ts";
import { modelName } from "./model-name.ts";
import { listedVersion } from "./version-names.ts";

/** As PostgreSQL gave the first generation its rows, so are the names of fields and their order. (asu-v0 §2.4) */
export interface DistroRow {
  distro_id: number;
  distro: string;
  distro_alias: string;
  distro_description: string;
  /** Empty where upstream has told of no version yet. */
  latest: string;
}

export interface VersionRow {
  version_id: number;
  distro: string;
  distro_alias: string;
  version: string;
  version_alias: string;
  version_description: string;
  snapshots: boolean;
}

export interface TargetRow extends VersionRow {
  target_id: number;
  target: string;
  supported: boolean;
  /** When upstream last confirmed it: `2018-08-01T12:00:00`, UTC. */
  last_sync: string;
}

export interface ProfileRow extends Omit<TargetRow, "last_sync"> {
  profile_id: number;
  profile: string;
  model: string;
}

/** Numbers of rows, each unique among its own, and the same as long as upstream has the same. */
const VERSIONS_A_DISTRO = 10_000;
const TARGETS_A_VERSION = 1_000;

/** `position` is the distribution's among all, from 0. Null releases: nothing was read from its upstream yet. */
export function distroRow(distribution: Distribution, position: number, releases: Releases | null): DistroRow {
  return {
    distro_id: position + 1,
    distro: distribution.name,
    distro_alias: distribution.title,
    distro_description: distribution.description,
    latest: releases === null ? "" : (latestOf(releases) ?? ""),
  };
}

/** The newest stable release; of a distribution without one, its newest that isn't a candidate. Never an rc. */
export function latestOf({ stable, versions }: Releases): string | null {
  const latest = stable ?? versions.find(({ kind }) => kind !== "candidate");
  return latest ? listedVersion(latest.name) : null;
}

/** Newest first; the oldest has the lowest number, so that a new release leaves the others theirs. */
export function versionRows(distribution: Distribution, position: number, { versions }: Releases): VersionRow[] {
  return versions.map((version, at) =>
    versionRow(distribution, version, (position + 1) * VERSIONS_A_DISTRO + versions.length - at),
  );
}

function versionRow(distribution: Distribution, version: Version, id: number): VersionRow {
  const name = listedVersion(version.name);
  return {
    version_id: id,
    distro: distribution.name,
    distro_alias: distribution.title,
    version: name,
    version_alias: name,
    version_description: DESCRIPTIONS[version.kind],
    snapshots: version.kind === "snapshot",
  };
}

const DESCRIPTIONS: Record<Version["kind"], string> = {
  release: "",
  candidate: "Release candidate: for testing.",
  snapshot: "Development snapshot: may be broken, and is built anew every day.",
};

/** Upstream lists only targets it has images of. Sorted by name. */
export function targetRows(version: VersionRow, { value, checkedAt }: Known<ReadonlyMap<string, string>>): TargetRow[] {
  const lastSync = checkedAt.toISOString().slice(0, 19);
  return [...value.keys()].sort().map((target, at) => ({
    target_id: targetId(version, at),
    ...version,
    target,
    supported: true,
    last_sync: lastSync,
  }));
}

/** A row for each title of each profile whose model contains the words, whatever their case. */
export function profileRows(version: VersionRow, models: readonly Model[], search: string): ProfileRow[] {
  const wanted = search.toLowerCase();
  const targets = [...new Set(models.map(({ target }) => target))].sort();
  const numbers = new Map(targets.map((target, at) => [target, targetId(version, at)]));
  let id = 0;
  return models.flatMap(({ profile, target, titles }) => {
    const names = titles.map(modelName).filter(Boolean);
    return (names.length > 0 ? names : [profile]).flatMap((model) => {
      id += 1;
      if (!model.toLowerCase().includes(wanted)) return [];
      return {
        target_id: numbers.get(target) ?? 0,
        ...version,
        target,
        supported: true,
        profile_id: id,
        profile,
        model,
      };
    });
  });
}

function targetId({ version_id }: VersionRow, at: number): number {
  return version_id * TARGETS_A_VERSION + at + 1;
}
