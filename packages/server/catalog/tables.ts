import type { ColumnType, Generated } from "kysely";
import type { PackageGeneration, ResourceKind, Trust } from "./types.ts";

/** The catalog's tables: `db/migrations/0001-catalog.ts`. */
export interface CatalogTables {
  resource: ResourceTable;
  package: PackageTable;
  package_release: PackageReleaseTable;
}

/** One thing read from upstream, what was in it if that is small, and how its last readings went. */
export interface ResourceTable {
  id: Generated<number>;
  distribution: string;
  kind: ResourceKind;
  /** Below the upstream URL, or a whole URL for a repository that lies elsewhere. An index: its folder. */
  path: string;
  branch: string | null;
  version: string | null;
  /** What the next reading shows upstream: ETag, date, the file of an index. */
  validators: Json<Record<string, string | null>>;
  /** Hex sha256 of what was read. Null: never was. */
  digest: string | null;
  /** Bytes. */
  size: number | null;
  trust: Trust | null;
  checked_at: Date | null;
  changed_at: Date | null;
  wanted_at: Date;
  due_at: Date;
  tried_at: Date | null;
  /** Counts leases; who holds an earlier one may not save any more. */
  attempt: Generated<number>;
  leased_until: Date | null;
  /** In a row. */
  failures: Generated<number>;
  trouble_code: string | null;
  trouble_sentence: string | null;
  trouble_since: Date | null;
  trouble_status: number | null;
  document: Json<unknown>;
}

/** `json` is parsed by the driver on the way out and text on the way in. */
type Json<T> = ColumnType<T | null, string | null | undefined, string | null>;

/** A package in a feed. A million of these is what makes a database big, so they are four numbers. */
export interface PackageTable {
  /** The `index` resource. */
  feed_id: number;
  release_id: number;
  size: number | null;
  installed_size: number | null;
}

/** What is the same wherever a package is built from the same source: interned, found by its digest. */
export interface PackageReleaseTable {
  id: Generated<number>;
  /** The first half of a sha256 over all the rest. */
  digest: string;
  name: string;
  version: string;
  description: string | null;
  /** One a line, as are conflicts and provides; null for none. */
  depends: string | null;
  conflicts: string | null;
  provides: string | null;
  abi: string | null;
}

/** The document of an `index` resource: what its packages don't say. */
export interface IndexFacts {
  architecture: string | null;
  generation: PackageGeneration;
}
