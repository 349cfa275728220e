import type { Catalog } from "../../catalog/types.ts";
import type { Image } from "./images.ts";
import { isSnapshot, listedVersion } from "./version-names.ts";

/** As the view `images` had it: asu-v0 §2.2. */
export interface ImageRow {
  image_id: number;
  image_hash: string;
  distro: string;
  distro_alias: string;
  version: string;
  version_alias: string;
  target: string;
  profile: string;
  model: string;
  manifest_hash: string;
  defaults_hash: string | null;
  /** Who built it is told to the operator. */
  worker: null;
  /** UTC, without a zone. */
  build_date: string;
  /** Empty where there is no such file. */
  sysupgrade: string;
  /** Nobody reports how an image does. */
  image_status: "untested";
  vanilla: boolean;
  build_seconds: number;
  snapshots: boolean;
  cache_hits: number;
  /** Its path alone: Chef of 2019 puts `/json/` and `/download/` before it. */
  files: string;
}

export function imageRow(
  { distributions }: Pick<Catalog, "distributions">,
  { id, hash, path, manifestHash, facts, hits }: Image,
): ImageRow {
  const version = listedVersion(facts.version);
  return {
    image_id: id,
    image_hash: hash,
    distro: facts.distribution,
    distro_alias: distributions.find(({ name }) => name === facts.distribution)?.title ?? facts.distribution,
    version,
    version_alias: version,
    target: facts.target,
    profile: facts.profile,
    model: facts.model,
    manifest_hash: manifestHash,
    defaults_hash: facts.defaultsHash,
    worker: null,
    build_date: withoutZone(facts.builtAt),
    sysupgrade: facts.sysupgrade ?? "",
    image_status: "untested",
    vanilla: facts.isVanilla,
    build_seconds: facts.buildSeconds,
    snapshots: isSnapshot(facts.version),
    cache_hits: hits,
    files: path,
  };
}

/** As PostgreSQL wrote a `timestamp` into JSON: `2018-08-01T12:00:00`. */
export function withoutZone(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}
