import type { ColumnType } from "kysely";

/** Of this dialect alone; see `db/migrations/0004-package-lists.ts`. */
export interface AsuV0Tables {
  asu_v0_package_list: PackageListTable;
}

/** A list of packages that somebody asked an image with. */
export interface PackageListTable {
  /** `packagesHash(…)`; whoever comes last with the same one has it. */
  hash: string;
  /** Sorted, each once. */
  names: string[];
  asked_at: ColumnType<Date, Date | undefined, Date>;
}
