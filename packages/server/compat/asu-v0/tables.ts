import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { ImageFacts } from "./image-facts.ts";

/** Of this dialect alone; see `db/migrations/0004-package-lists.ts`, `0009-first-generation-names.ts`. */
export interface AsuV0Tables {
  asu_v0_package_list: PackageListTable;
  asu_v0_request: RequestNameTable;
  asu_v0_image: ImageTable;
}

/** A list of packages that somebody asked an image with. */
export interface PackageListTable {
  /** `packagesHash(…)`; whoever comes last with the same one has it. */
  hash: string;
  /** Sorted, each once. */
  names: string[];
  asked_at: ColumnType<Date, Date | undefined, Date>;
}

/** Whose a request's hash is: whoever came first with it. */
export interface RequestNameTable {
  hash: string;
  /** `requestIdentity(…)`, 64 hex digits. */
  identity: string;
  asked_at: ColumnType<Date, Date | undefined, Date>;
}

/** An image as the first generation names it. */
export interface ImageTable {
  /** Rises with each new image. */
  id: Generated<number>;
  /** Of everything that its hash is made of, 64 hex digits. */
  identity: string;
  /** `image_hash` */
  hash: string;
  /** `[custom/<defaults_hash>/]distro/version/target/profile/manifest_hash` */
  path: string;
  manifest_hash: string;
  /** Of several builds that came to the same image, the one that is kept longest. */
  build: string;
  expires_at: Date;
  facts: JSONColumnType<ImageFacts>;
  /** How often it was there already when somebody asked. */
  hits: Generated<number>;
}
