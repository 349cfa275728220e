import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Database } from "../../db/connect.ts";
import type { Tables } from "../../db/tables.ts";
import type { RefreshScope, ResourceCount, ResourceFilter } from "../types.ts";
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

  /** In the order of the key that `after` is one of. */
  async list(filter: ResourceFilter): Promise<Resource[]> {
    const { kind, trouble, after, limit } = filter;
    const wanted = scoped(filter);
    if (kind !== undefined) wanted.push(sql`kind = ${kind}`);
    if (trouble !== undefined) wanted.push(trouble ? this.#inTrouble : sql`not ${this.#inTrouble}`);
    if (after) wanted.push(sql`(${ORDER}) > (${after.distribution}, ${after.path}, ${after.kind})`);
    const { rows } = await sql<ResourceRow>`
      select ${sql.join(RESOURCE_COLUMNS.map((column) => sql.ref(column)))} from resource
      where ${all(wanted)} order by ${ORDER} limit ${limit ?? null}
    `.execute(this.#db);
    return rows.map(toResource);
  }

  /** By distribution and branch; what belongs to no branch, such as the list of versions, is under null. */
  async count(filter: ResourceFilter): Promise<ResourceCount[]> {
    const { kind } = filter;
    const wanted = scoped(filter);
    if (kind !== undefined) wanted.push(sql`kind = ${kind}`);
    const { rows } = await sql<ResourceCount>`
      select distribution, branch, count(*)::int as total, (count(*) filter (where ${this.#inTrouble}))::int as "inTrouble",
        max(checked_at) as "checkedAt"
      from resource where ${all(wanted)} group by distribution, branch order by distribution, branch
    `.execute(this.#db);
    return rows;
  }

  get #inTrouble(): RawBuilder<unknown> {
    return sql`(trouble_code is not null and not (kind = 'versions' and digest is null and trouble_code = 'not_found'
      and distribution = any(${this.#declared}::text[])))`;
  }
}

/** By bytes, which is quicker than by a language's rules and the same in every database. */
const ORDER = sql`distribution collate "C", path collate "C", kind collate "C"`;

/** What a scope asks of a row. */
export function scoped({ distribution, version, target }: RefreshScope): RawBuilder<unknown>[] {
  const wanted: RawBuilder<unknown>[] = [];
  if (distribution !== undefined) wanted.push(sql`distribution = ${distribution}`);
  if (version !== undefined) wanted.push(sql`version = ${version}`);
  if (target !== undefined) wanted.push(sql`path like ${`%/targets/${target.replace(/[\\%_]/g, "\\$&")}/%`}`);
  return wanted;
}

function all(wanted: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return wanted.length === 0 ? sql`true` : sql.join(wanted, sql` and `);
}
