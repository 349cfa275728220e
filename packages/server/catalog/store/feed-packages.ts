import { type Kysely, sql } from "kysely";
import type { Database } from "../../db/connect.ts";
import type { Tables } from "../../db/tables.ts";
import type { IndexFacts, PackageReleaseTable } from "../tables.ts";
import type { NamedRelease } from "../views/composition.ts";
import { RESOURCE_COLUMNS, type Resource, type ResourceRow, toResource } from "./resource.ts";

/** Feeds as they were at one moment: rows, what the indexes say of themselves, and what is in them. */
export interface Feeds<P> {
  resources: Resource[];
  facts: ReadonlyMap<number, IndexFacts>;
  packages: readonly P[];
}

export type WholePackage = NamedRelease &
  Pick<PackageReleaseTable, "description" | "depends" | "conflicts" | "provides"> & {
    size: number | null;
    installed_size: number | null;
  };

/** Reads packages out of the database, all feeds of a question in one snapshot. */
export class FeedPackages {
  readonly #db: Kysely<Tables>;

  constructor({ kysely }: Pick<Database, "kysely">) {
    this.#db = kysely;
  }

  /** Names and versions: what an index is made of. */
  names(feedIds: readonly number[]): Promise<Feeds<NamedRelease>> {
    return this.#snapshot<NamedRelease>(feedIds, sql`p.feed_id, r.name, r.version, r.abi`);
  }

  whole(feedIds: readonly number[]): Promise<Feeds<WholePackage>> {
    return this.#snapshot<WholePackage>(
      feedIds,
      sql`p.feed_id, p.size, p.installed_size, r.name, r.version, r.abi, r.description, r.depends, r.conflicts, r.provides`,
    );
  }

  /** Of all distributions, versions and feeds. */
  async countNames(): Promise<number> {
    const { rows } = await sql<{ names: number }>`
      select count(*) as names from (select distinct name from package_release) n
    `.execute(this.#db);
    return rows[0]?.names ?? 0;
  }

  #snapshot<P>(feedIds: readonly number[], columns: ReturnType<typeof sql>): Promise<Feeds<P>> {
    return this.#db
      .transaction()
      .setIsolationLevel("repeatable read")
      .setAccessMode("read only")
      .execute(async (db) => {
        const { rows } = await sql<ResourceRow & { document: IndexFacts | null }>`
          select ${sql.join(RESOURCE_COLUMNS.map((column) => sql.ref(column)))}, document
          from resource where id = any(${feedIds}::int[])
        `.execute(db);
        const { rows: packages } = await sql<P>`
          select ${columns} from package p join package_release r on r.id = p.release_id
          where p.feed_id = any(${feedIds}::int[])
        `.execute(db);
        const facts = new Map(rows.flatMap(({ id, document }) => (document ? [[id, document] as const] : [])));
        return { resources: rows.map(toResource), facts, packages };
      });
  }
}
