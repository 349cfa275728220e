import { type Kysely, sql } from "kysely";
import type { Database } from "../../db/connect.ts";
import type { Tables } from "../../db/tables.ts";
import type { RefreshScope } from "../types.ts";
import { CHANNEL, notices } from "./notices.ts";
import { RESOURCE_COLUMNS, type Resource, type ResourceKey, type ResourceRow, toResource } from "./resource.ts";
import { scoped } from "./resource-listing.ts";

/** How long a lease is good for, in milliseconds, if it isn't renewed; who dies with one holds the others up for that long. */
export const LEASE_MS = 30_000;

/** Times that are further ahead than this were written while a clock was wrong, in milliseconds. */
const AHEAD_MS = 60_000;

/** The rows of resources: finding them, and who may read which from upstream. Times are the database's. */
export class ResourceStore {
  readonly #db: Kysely<Tables>;

  constructor({ kysely }: Pick<Database, "kysely">) {
    this.#db = kysely;
  }

  async find(keys: readonly ResourceKey[]): Promise<Resource[]> {
    if (keys.length === 0) return [];
    const { rows } = await sql<ResourceRow>`
      select ${columns("r")} from resource r
      join unnest(${keys.map((key) => key.distribution)}::text[], ${keys.map((key) => key.kind)}::text[],
        ${keys.map((key) => key.path)}::text[]) as k (distribution, kind, path) using (distribution, kind, path)
    `.execute(this.#db);
    return rows.map(toResource);
  }

  async byIds(ids: readonly number[]): Promise<Resource[]> {
    if (ids.length === 0) return [];
    const { rows } =
      await sql<ResourceRow>`select ${columns("r")} from resource r where id = any(${ids}::int[])`.execute(this.#db);
    return rows.map(toResource);
  }

  /** All resources in a scope, in order of their paths. */
  async list(scope: RefreshScope = {}): Promise<Resource[]> {
    const wanted = sql.join([sql`true`, ...scoped(scope)], sql` and `);
    const { rows } = await sql<ResourceRow>`
      select ${columns("r")} from resource r where ${wanted} order by distribution, path
    `.execute(this.#db);
    return rows.map(toResource);
  }

  /** Makes rows for what isn't there, due at once. */
  async want(keys: readonly ResourceKey[]): Promise<void> {
    if (keys.length === 0) return;
    await this.#db
      .insertInto("resource")
      .values(
        keys.map(({ distribution, kind, path, branch, version }) => ({
          distribution,
          kind,
          path,
          branch,
          version,
          ...now(),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** Notes that somebody asked. More often than once an hour isn't written. */
  async markWanted(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await sql`
      update resource set wanted_at = now() where id = any(${ids}::int[]) and wanted_at < now() - interval '1 hour'
    `.execute(this.#db);
  }

  /**
   * The right to read it from upstream, made for who asks first. Null: somebody else is at it, or it was tried less than
   * `pause` milliseconds ago. What lies further ahead than it ever could was written by a clock that was wrong, and is no
   * reason to wait.
   */
  async lease(key: ResourceKey, pause: number): Promise<Resource | null> {
    const { rows } = await sql<ResourceRow>`
      insert into resource as r (distribution, kind, path, branch, version, tried_at, leased_until, attempt)
      values (${key.distribution}, ${key.kind}, ${key.path}, ${key.branch}, ${key.version}, now(), ${later(LEASE_MS)}, 1)
      on conflict (distribution, kind, path) do update
      set tried_at = now(), leased_until = ${later(LEASE_MS)}, attempt = r.attempt + 1, wanted_at = now()
      where ${isFree("r")}
        and (r.tried_at is null or r.tried_at not between now() - ${interval(pause)} and ${later(pause)})
      returning ${columns("r")}
    `.execute(this.#db);
    const [row] = rows;
    return row ? toResource(row) : null;
  }

  /** Leases those of `ids` that nobody is at. */
  async leaseAll(ids: readonly number[]): Promise<Resource[]> {
    const { rows } = await sql<ResourceRow>`
      update resource r set tried_at = now(), leased_until = ${later(LEASE_MS)}, attempt = r.attempt + 1
      from (
        select id from resource where id = any(${ids}::int[]) and ${isFree("resource")}
        for update skip locked
      ) free
      where r.id = free.id
      returning ${columns("r")}
    `.execute(this.#db);
    return rows.map(toResource);
  }

  /** Leases what is due and was asked for in the last `wantedFor` milliseconds; what works comes before what failed. */
  async leaseDue(options: {
    distribution: string;
    count: number;
    wantedFor: number;
    except: readonly string[];
  }): Promise<Resource[]> {
    const { distribution, count, wantedFor, except } = options;
    const { rows } = await sql<ResourceRow>`
      update resource r set tried_at = now(), leased_until = ${later(LEASE_MS)}, attempt = r.attempt + 1
      from (
        select id from resource
        where distribution = ${distribution} and due_at <= now() and ${isFree("resource")}
          and wanted_at > now() - ${interval(wantedFor)} and not (coalesce(version, '') = any(${except}::text[]))
        order by failures > 0, due_at
        limit ${count} for update skip locked
      ) due
      where r.id = due.id
      returning ${columns("r")}
    `.execute(this.#db);
    return rows.map(toResource);
  }

  /** Gives leases back without an outcome: who was to read them stops. */
  async release(resources: readonly Resource[]): Promise<void> {
    if (resources.length === 0) return;
    await sql`
      update resource r set leased_until = null, tried_at = null
      from unnest(${resources.map(({ id }) => id)}::int[], ${resources.map(({ attempt }) => attempt)}::int[]) as l (id, attempt)
      where r.id = l.id and r.attempt = l.attempt
    `.execute(this.#db);
  }

  /** Who is still at it says so, and keeps the lease for as long again. */
  async renew(resources: readonly Resource[]): Promise<void> {
    if (resources.length === 0) return;
    await sql`
      update resource r set leased_until = ${later(LEASE_MS)}
      from unnest(${resources.map(({ id }) => id)}::int[], ${resources.map(({ attempt }) => attempt)}::int[]) as l (id, attempt)
      where r.id = l.id and r.attempt = l.attempt and r.leased_until is not null
    `.execute(this.#db);
  }

  /**
   * Takes times that lie ahead for never: they were written while a clock was wrong, and would keep everybody waiting until
   * they come. What has one is due now.
   * @param longest milliseconds: nothing is due later than that
   * @returns whose they were
   */
  async correctTimes(longest: number): Promise<number[]> {
    const ahead = later(AHEAD_MS);
    const { rows } = await sql<{ id: number }>`
      update resource set due_at = now(),
        tried_at = case when tried_at <= ${ahead} then tried_at end,
        leased_until = case when leased_until <= ${later(LEASE_MS + AHEAD_MS)} then leased_until end,
        checked_at = case when checked_at <= ${ahead} then checked_at end,
        changed_at = case when changed_at <= ${ahead} then changed_at end,
        wanted_at = least(wanted_at, now()),
        trouble_since = least(trouble_since, now())
      where tried_at > ${ahead} or leased_until > ${later(LEASE_MS + AHEAD_MS)} or checked_at > ${ahead}
        or changed_at > ${ahead} or wanted_at > ${ahead} or trouble_since > ${ahead} or due_at > ${later(longest + AHEAD_MS)}
      returning id
    `.execute(this.#db);
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) {
      await sql`select pg_notify(${CHANNEL}, ids) from unnest(${notices(ids)}::text[]) as ids`.execute(this.#db);
    }
    return ids;
  }

  /** Takes every lease back. Only where nobody else has the database open: then whoever held one was killed. */
  async releaseAll(): Promise<void> {
    await sql`update resource set leased_until = null, tried_at = null where leased_until is not null`.execute(
      this.#db,
    );
  }

  /** What is in documents, together with the state of their rows at that moment. */
  async documents(ids: readonly number[]): Promise<{ resource: Resource; document: unknown }[]> {
    const { rows } = await sql<ResourceRow & { document: unknown }>`
      select ${columns("r")}, document from resource r where id = any(${ids}::int[])
    `.execute(this.#db);
    return rows.map((row) => ({ resource: toResource(row), document: row.document }));
  }

  /** How many packages are in an index. */
  async countPackages(id: number): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from package where feed_id = ${id}
    `.execute(this.#db);
    return rows[0]?.count ?? 0;
  }

  /** Milliseconds until the next one is due, as far as anybody wants it; at most `most`. */
  async untilDue(distributions: readonly string[], wantedFor: number, most: number): Promise<number> {
    const { rows } = await sql<{ ms: number | null }>`
      select extract(epoch from min(greatest(due_at, leased_until)) - now())::float8 * 1000 as ms from resource
      where distribution = any(${distributions}::text[]) and wanted_at > now() - ${interval(wantedFor)}
    `.execute(this.#db);
    return Math.min(most, Math.max(0, rows[0]?.ms ?? most));
  }
}

/** Nobody is at it: a lease can't be good for longer than one is given for. */
function isFree(table: string) {
  const until = sql.ref(`${table}.leased_until`);
  return sql`(${until} is null or ${until} not between now() and ${later(LEASE_MS + AHEAD_MS)})`;
}

function columns(table: string) {
  return sql.join(RESOURCE_COLUMNS.map((column) => sql.ref(`${table}.${column}`)));
}

function now() {
  return { wanted_at: sql<Date>`now()`, due_at: sql<Date>`now()` };
}

function interval(ms: number) {
  return sql`${Math.round(ms)}::float8 * interval '1 ms'`;
}

function later(ms: number) {
  return sql`now() + ${interval(ms)}`;
}
