import { hash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Package } from "../types.ts";

/** Rows are sent in pieces of about this many characters. */
const PIECE = 64 * 1024;

/** Held shared by whoever adds releases, alone by whoever removes those nobody has: any number, ours. */
const RELEASES_LOCK = 7_211_006;

/**
 * Makes `packages` all that is in a feed. Runs in the caller's transaction. Only what differs is written: a feed in which
 * five packages of five thousand are new costs five rows.
 */
export async function replacePackages(
  client: pg.PoolClient,
  feedId: number,
  packages: readonly Package[],
  signal?: AbortSignal,
): Promise<void> {
  await client.query("select pg_advisory_xact_lock_shared($1)", [RELEASES_LOCK]);
  await client.query(`
    create temp table incoming (
      digest uuid, name text, version text, description text, depends text, conflicts text, provides text, abi text,
      size int, installed_size int
    ) on commit drop`);
  const copy = client.query(copyFrom("copy incoming from stdin"));
  await pipeline(Readable.from(pieces(packages)), copy, { signal });
  await client.query("analyze incoming (digest)");
  // In order of digest, so that two feeds that bring the same packages at once wait for each other and never in a circle.
  // Those that are there are left out before: each row that meets a conflict would use up an id.
  await client.query(`
    insert into package_release (digest, name, version, description, depends, conflicts, provides, abi)
    select distinct on (digest) digest, name, version, description, depends, conflicts, provides, abi
    from incoming i
    where not exists (select from package_release r where r.digest = i.digest)
    order by digest
    on conflict (digest) do nothing`);
  await client.query(
    `with wanted as (
       select distinct on (r.id) r.id, i.size, i.installed_size
       from incoming i join package_release r on r.digest = i.digest
     ), gone as (
       delete from package p where p.feed_id = $1 and not exists (select from wanted w where w.id = p.release_id)
     ), altered as (
       update package p set size = w.size, installed_size = w.installed_size from wanted w
       where p.feed_id = $1 and p.release_id = w.id
         and (p.size, p.installed_size) is distinct from (w.size, w.installed_size)
     )
     insert into package (feed_id, release_id, size, installed_size)
     select $1, w.id, w.size, w.installed_size from wanted w
     where not exists (select from package p where p.feed_id = $1 and p.release_id = w.id)
     order by w.id`,
    [feedId],
  );
}

/** Removes what is in no feed any more; returns how many. Takes a second or so for a million packages. */
export async function removeUnusedReleases(client: pg.PoolClient): Promise<number> {
  await client.query("select pg_advisory_xact_lock($1)", [RELEASES_LOCK]);
  const { rowCount } = await client.query(
    "delete from package_release r where not exists (select from package p where p.release_id = r.id)",
  );
  return rowCount ?? 0;
}

function* pieces(packages: readonly Package[]): Generator<Buffer> {
  let piece = "";
  for (const one of packages) {
    const release = [
      field(one.name),
      field(one.version),
      field(one.description),
      list(one.depends),
      list(one.conflicts),
      list(one.provides),
      field(one.abi),
    ].join("\t");
    // Whether two packages are the same is asked of what is stored of them, so of the row itself.
    piece += `${hash("sha256", release, "hex").slice(0, 32)}\t${release}\t${number(one.size)}\t${number(one.installedSize)}\n`;
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = "";
  }
  if (piece !== "") yield Buffer.from(piece);
}

/** The text format of COPY: a backslash before what would end a field or a row, `\N` for null. */
function field(text: string | null): string {
  if (text === null) return "\\N";
  return SPECIAL.test(text) ? text.replace(SPECIAL_ALL, (character) => ESCAPES[character] ?? "") : text;
}

// PostgreSQL's text has no NUL, whatever upstream writes.
const SPECIAL = /[\\\n\r\t\0]/;
const SPECIAL_ALL = /[\\\n\r\t\0]/g;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function list(names: readonly string[]): string {
  return names.length === 0 ? "\\N" : field(names.join("\n"));
}

/** More than 2 GiB is no size of a package. */
function number(value: number | null): string {
  return value === null || value > 0x7fffffff ? "\\N" : String(value);
}
