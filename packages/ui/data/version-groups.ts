import type { ServerSchemas } from "./server.ts";

type Version = ServerSchemas["Version"];
type Distribution = Pick<ServerSchemas["DistributionDetail"], "stable" | "oldstable" | "upcoming">;

export interface VersionGroups {
  /** What most people take, in this order. */
  first: { name: string; as: "stable" | "oldstable" }[];
  /** All others, newest first. */
  release: string[];
  candidate: string[];
  snapshot: string[];
}

/** A distribution's versions as somebody chooses one: stable ones first, then the others by kind. */
export function versionGroups(versions: readonly Version[], { stable, oldstable }: Distribution): VersionGroups {
  const first: VersionGroups["first"] = [];
  // What continues another distribution is called stable there, too, and isn't one of its versions.
  const isThere = (name: string | null) => versions.some((version) => version.name === name);
  if (stable !== null && isThere(stable)) first.push({ name: stable, as: "stable" });
  if (oldstable !== null && isThere(oldstable)) first.push({ name: oldstable, as: "oldstable" });
  const isFirst = new Set(first.map(({ name }) => name));
  const of = (kind: Version["kind"]) =>
    versions.filter((version) => version.kind === kind && !isFirst.has(version.name)).map(({ name }) => name);
  return { first, release: of("release"), candidate: of("candidate"), snapshot: of("snapshot") };
}

/** What is chosen while nobody has; null: there is nothing. */
export function usualVersion(versions: readonly Version[], { stable, upcoming }: Distribution): string | null {
  const of = (name: string | null) => versions.find((version) => version.name === name);
  return (of(stable) ?? of(upcoming) ?? versions[0])?.name ?? null;
}

/** What somebody who takes this version should know. */
export function versionCaution(
  name: string,
  versions: readonly Version[],
  { stable }: Distribution,
): "snapshot" | "candidate" | "old" | null {
  const version = versions.find((each) => each.name === name);
  if (version === undefined || name === stable) return null;
  if (version.kind === "snapshot" || version.kind === "candidate") return version.kind;
  return stable === null ? null : "old";
}
