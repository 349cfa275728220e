import type pg from "pg";
import type { Database } from "../../db/connect.ts";
import type { IndexFacts } from "../tables.ts";
import type { Package, Trust } from "../types.ts";
import type { Validators } from "../upstream/index.ts";
import { CHANNEL, notices } from "./notices.ts";
import { removeUnusedReleases, replacePackages } from "./package-store.ts";
import { nameOf, RESOURCE_COLUMNS, type Resource, type ResourceKey, type ResourceRow, toResource } from "./resource.ts";
import { inTransaction } from "./transaction.ts";

/** What was in a resource: a document, or an index's packages with what they don't say. */
export type Content =
  | { document: unknown; packages?: undefined }
  | { document: IndexFacts; packages: readonly Package[] };

export interface Changed {
  content: Content;
  validators: Validators;
  digest: string;
  size: number;
  trust: Trust;
  /** Milliseconds until it is due again. */
  dueIn: number;
  /** Resources that are wanted now that this is known, in the same transaction. */
  discovered: readonly Discovery[];
  /** Of what lies in this folder, only this is wanted from now on. */
  onlyOf?: { folder: string; path: string | null };
}

/** A version that upstream has announced: its documents, and what others had asked of the one before it. */
export interface Discovery {
  wanted: readonly ResourceKey[];
  like?: { distribution: string; version: string; path: string; newVersion: string; newPath: string };
}

export interface Unchanged {
  resource: Resource;
  validators: Validators;
  dueIn: number;
}

export interface Failed {
  code: string;
  sentence: string;
  upstreamStatus: number | null;
  dueIn: number;
  /** The row goes: nothing ever was in it, and there is no such thing upstream. */
  forget: boolean;
}

/**
 * What came of reading a resource. Each is one transaction: content, validators, packages and the notice to other processes
 * together. The number of the lease keeps out who was too slow. Times are the database's.
 */
export class ResourceOutcomes {
  readonly #pool: pg.Pool;

  constructor({ pool }: Pick<Database, "pool">) {
    this.#pool = pool;
  }

  /** Null: the lease was lost, and nothing was saved. */
  async saveChanged(resource: Resource, changed: Changed, signal?: AbortSignal): Promise<Resource | null> {
    return inTransaction(
      this.#pool,
      async (client) => {
        const fence = await client.query("select from resource where id = $1 and attempt = $2 for update", [
          resource.id,
          resource.attempt,
        ]);
        if (fence.rowCount === 0) return null;
        const { content } = changed;
        if (content.packages) await replacePackages(client, resource.id, content.packages, signal);
        const { rows } = await client.query<ResourceRow>(
          `update resource r set document = $2, validators = $3, digest = $4, size = $5, trust = $6, checked_at = now(),
             changed_at = case when digest = $4 then changed_at else now() end,
             due_at = now() + $7 * interval '1 ms', leased_until = null, failures = 0,
             trouble_code = null, trouble_sentence = null, trouble_since = null, trouble_status = null
           where id = $1 returning ${COLUMNS}`,
          [
            resource.id,
            JSON.stringify(content.document),
            JSON.stringify(changed.validators),
            changed.digest,
            changed.size,
            changed.trust,
            Math.round(changed.dueIn),
          ],
        );
        for (const discovery of changed.discovered) await discover(client, discovery);
        if (changed.onlyOf) await unwantOthers(client, resource.distribution, changed.onlyOf);
        await notify(client, [resource.id]);
        return rows[0] ? toResource(rows[0]) : null;
      },
      signal,
    );
  }

  /** Many at once: a refresh of a thousand resources in which nothing is new should be no thousand commits. */
  async saveUnchanged(all: readonly Unchanged[]): Promise<Resource[]> {
    if (all.length === 0) return [];
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<ResourceRow>(
        `update resource r set checked_at = now(), validators = u.validators, due_at = now() + u.due_in * interval '1 ms',
           leased_until = null, failures = 0,
           trouble_code = null, trouble_sentence = null, trouble_since = null, trouble_status = null
         from (
           select r.id, u.validators, u.due_in
           from unnest($1::int[], $2::int[], $3::json[], $4::float8[]) as u (id, attempt, validators, due_in)
           join resource r on r.id = u.id and r.attempt = u.attempt
           order by r.id for update of r
         ) u
         where r.id = u.id
         returning ${COLUMNS}`,
        [
          all.map(({ resource }) => resource.id),
          all.map(({ resource }) => resource.attempt),
          all.map(({ validators }) => JSON.stringify(validators)),
          all.map(({ dueIn }) => dueIn),
        ],
      );
      await notify(
        client,
        rows.map(({ id }) => id),
      );
      return rows.map(toResource);
    });
  }

  /** What was in it stays. Since when it fails is kept over all failures in a row. Null: the lease was lost, or the row forgotten. */
  async saveFailed(resource: Resource, failed: Failed): Promise<Resource | null> {
    return inTransaction(this.#pool, async (client) => {
      const mine = [resource.id, resource.attempt];
      if (failed.forget) {
        const { rowCount } = await client.query(
          "delete from resource where id = $1 and attempt = $2 and digest is null",
          mine,
        );
        if (rowCount) return null;
      }
      const { rows } = await client.query<ResourceRow>(
        `update resource r set failures = failures + 1, due_at = now() + $3 * interval '1 ms', leased_until = null,
           trouble_code = $4, trouble_sentence = $5, trouble_since = coalesce(trouble_since, now()), trouble_status = $6
         where id = $1 and attempt = $2 returning ${COLUMNS}`,
        [...mine, Math.round(failed.dueIn), failed.code, failed.sentence, failed.upstreamStatus],
      );
      await notify(
        client,
        rows.map(({ id }) => id),
      );
      return rows[0] ? toResource(rows[0]) : null;
    });
  }

  /** Forgets what nobody has asked for that long, with its packages. Lists of versions stay. */
  async removeUnwanted(unwantedFor: number): Promise<{ resources: number; releases: number }> {
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<{ id: number }>(
        `delete from resource where kind <> 'versions' and wanted_at < now() - $1 * interval '1 ms'
           and (leased_until is null or leased_until < now()) returning id`,
        [unwantedFor],
      );
      const ids = rows.map(({ id }) => id);
      await client.query("delete from package where feed_id = any($1::int[])", [ids]);
      await notify(client, ids);
      return { resources: ids.length, releases: await removeUnusedReleases(client) };
    });
  }
}

const COLUMNS = RESOURCE_COLUMNS.map((column) => `r.${column}`).join(", ");

async function notify(client: pg.PoolClient, ids: readonly number[]): Promise<void> {
  for (const notice of notices(ids)) await client.query("select pg_notify($1, $2)", [CHANNEL, notice]);
}

async function discover(client: pg.PoolClient, { wanted, like }: Discovery): Promise<void> {
  const known = new Map(wanted.map((key) => [nameOf(key), key]));
  const keys = [...known.values()];
  await client.query(
    `insert into resource (distribution, kind, path, branch, version)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
     on conflict do nothing`,
    [
      keys.map((key) => key.distribution),
      keys.map((key) => key.kind),
      keys.map((key) => key.path),
      keys.map((key) => key.branch),
      keys.map((key) => key.version),
    ],
  );
  if (!like) return;
  // Kernel modules lie in a folder that is named only by the new target.
  await client.query(
    `insert into resource (distribution, kind, path, branch, version)
     select distribution, kind, $4 || substr(path, length($3) + 1), branch, $5 from resource
     where distribution = $1 and version = $2 and kind in ('target', 'feeds', 'index') and digest is not null
       and starts_with(path, $3 || '/') and path not like '%/kmods/%'
     on conflict do nothing`,
    [like.distribution, like.version, like.path, like.newPath, like.newVersion],
  );
}

/** What upstream has replaced would only be missed there at each refresh. It goes when next something is removed. */
async function unwantOthers(
  client: pg.PoolClient,
  distribution: string,
  { folder, path }: { folder: string; path: string | null },
): Promise<void> {
  await client.query(
    `update resource set wanted_at = 'epoch' where distribution = $1 and starts_with(path, $2) and path is distinct from $3`,
    [distribution, folder, path],
  );
}
