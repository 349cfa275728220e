import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Database } from "../../db/connect.ts";
import type { Tables } from "../../db/tables.ts";
import type { RefreshScope, ResourceCount, ResourceFilter, ResourceSort } from "../types.ts";
import { RESOURCE_COLUMNS, type Resource, type ResourceRow, toResource } from "./resource.ts";

/**
 * What there is, for those who look at it a page at a time: picked and counted by the database, since of tens of thousands
 * of rows nobody reads more than some.
 */
export class ResourceListing {
  readonly #db: Kysely<Tables>;
  /** Those whose versions are declared: that upstream has no list of them is no trouble. */
  readonly #declared: readonly string[];

  constructor({ kysely }: Pick<Database, "kysely">, declared: readonly string[]) {
    this.#db = kysely;
    this.#declared = declared;
  }

  /** In the order asked for, behind `after`. */
  async list(filter: ResourceFilter): Promise<Resource[]> {
    const { trouble, sort = "path", after, limit } = filter;
    const wanted = filtered(filter);
    if (trouble !== undefined) wanted.push(trouble ? this.#inTrouble : sql`not ${this.#inTrouble}`);
    const time = this.#timeOf(sort);
    const key = [...(time ? [time.of(time.column)] : []), ...KEY];
    const isDescending = sort === "newest";
    if (after) {
      const at = time ? [time.of(sql`${after.at ?? null}::timestamptz`)] : [];
      const seen = [...at, sql`${after.distribution}`, sql`${after.path}`, sql`${after.kind}`];
      wanted.push(sql`(${sql.join(key)}) ${isDescending ? sql`<` : sql`>`} (${sql.join(seen)})`);
    }
    const order = key.map((column) => sql`${column} ${isDescending ? sql`desc` : sql`asc`}`);
    const { rows } = await sql<ResourceRow>`
      select ${sql.join(RESOURCE_COLUMNS.map((column) => sql.ref(column)))} from resource
      where ${all(wanted)} order by ${sql.join(order)} limit ${limit ?? null}
    `.execute(this.#db);
    return rows.map(toResource);
  }

  /** By distribution and branch; what belongs to no branch, such as the list of versions, is under null. */
  async count(filter: ResourceFilter): Promise<ResourceCount[]> {
    const wanted = filtered(filter);
    const { rows } = await sql<ResourceCount>`
      select distribution, branch, count(*)::int as total, (count(*) filter (where ${this.#inTrouble}))::int as "inTrouble",
        max(checked_at) as "checkedAt", min(checked_at) as "oldestAt"
      from resource where ${all(wanted)} group by distribution, branch order by distribution, branch
    `.execute(this.#db);
    return rows;
  }

  #timeOf(sort: ResourceSort): TimeKey | null {
    switch (sort) {
      case "path":
        return null;
      case "oldest":
      case "newest":
        // What was never read is as old as can be.
        return { column: sql`checked_at`, of: (time) => wholeMilliseconds(time, sql`'-infinity'`) };
      case "trouble": {
        const since = sql`case when ${this.#inTrouble} then trouble_since end`;
        return { column: since, of: (time) => wholeMilliseconds(time, sql`'infinity'`) };
      }
    }
  }

  get #inTrouble(): RawBuilder<unknown> {
    return sql`(trouble_code is not null and not (kind = 'versions' and digest is null and trouble_code = 'not_found'
      and distribution = any(${this.#declared}::text[])))`;
  }
}

/** By bytes, which is quicker than by a language's rules and the same in every database. */
const KEY = [sql`distribution collate "C"`, sql`path collate "C"`, sql`kind collate "C"`];

interface TimeKey {
  column: RawBuilder<unknown>;
  /** A time as it is sorted by. */
  of(time: RawBuilder<unknown>): RawBuilder<unknown>;
}

/** As times are known outside of the database. */
function wholeMilliseconds(time: RawBuilder<unknown>, ifNone: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce(date_trunc('milliseconds', ${time}), ${ifNone})`;
}

function filtered(filter: ResourceFilter): RawBuilder<unknown>[] {
  const { kind, branch, query } = filter;
  const wanted = scoped(filter);
  if (kind !== undefined) wanted.push(sql`kind = ${kind}`);
  if (branch !== undefined) wanted.push(sql`branch = ${branch}`);
  if (query) wanted.push(sql`path ilike ${`%${escaped(query)}%`}`);
  return wanted;
}

/** What a scope asks of a row. */
export function scoped({ distribution, version, target }: RefreshScope): RawBuilder<unknown>[] {
  const wanted: RawBuilder<unknown>[] = [];
  if (distribution !== undefined) wanted.push(sql`distribution = ${distribution}`);
  if (version !== undefined) wanted.push(sql`version = ${version}`);
  if (target !== undefined) wanted.push(sql`path like ${`%/targets/${escaped(target)}/%`}`);
  return wanted;
}

/** For `like`. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

function all(wanted: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return wanted.length === 0 ? sql`true` : sql.join(wanted, sql` and `);
}
