import { type Kysely, sql } from "kysely";
import { LRUCache } from "lru-cache";
import type { Tables } from "../../db/tables.ts";
import { AtOnce } from "./at-once.ts";
import { packagesHash } from "./hashes.ts";

/** What `/api/v1/packages_hash/<hash>` looks up: the package lists that images were asked with. */
export interface PackageLists {
  /** Lists that are longer than any device's are not kept. */
  remember(names: readonly string[]): Promise<void>;
  /** Sorted; null for a hash that nobody asked with, or not for long. */
  find(hash: string): Promise<readonly string[] | null>;
}

/** With these, the table stays below some 20 MB whatever is asked for. */
const MOST_LISTS = 10_000;
const LONGEST_LIST = 500;
const KEPT_FOR_DAYS = 90;
/** A list that was asked for again that soon isn't written again. */
const FRESH_FOR = "1 day";
const SWEEP_EVERY = 500;
/** The same is asked for every few seconds until it is built: it isn't written for that. In milliseconds. */
const REMEMBERED_FOR_MS = 3_600_000;

/** Anything else is no hash of ours, and may be what the database doesn't even look for: a zero byte. */
const HASH = /^[0-9a-f]{12}$/;

/** The lists, in a database that other processes share. */
export class StoredPackageLists implements PackageLists {
  readonly #db: Kysely<Tables>;
  readonly #remembered = new LRUCache<string, string>({ max: 1_000, ttl: REMEMBERED_FOR_MS });
  readonly #writing = new AtOnce<void>();
  #sinceSweep = SWEEP_EVERY;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async remember(names: readonly string[]): Promise<void> {
    const list = [...new Set(names)].sort();
    if (list.length === 0 || list.length > LONGEST_LIST) return;
    const hash = packagesHash(list);
    const text = list.join(" ");
    if (this.#remembered.get(hash) !== text) await this.#writing.do(text, () => this.#write(hash, list, text));
  }

  async find(hash: string): Promise<readonly string[] | null> {
    if (!HASH.test(hash)) return null;
    const row = await this.#db
      .selectFrom("asu_v0_package_list")
      .select("names")
      .where("hash", "=", hash)
      .executeTakeFirst();
    return row?.names ?? null;
  }

  /** Forgets what is old, and the oldest of what is too many. */
  async sweep(most = MOST_LISTS): Promise<void> {
    this.#sinceSweep = 0;
    await sql`
      delete from asu_v0_package_list
      where asked_at < now() - make_interval(days => ${KEPT_FOR_DAYS})
         or hash in (select hash from asu_v0_package_list order by asked_at desc, hash offset ${most})
    `.execute(this.#db);
  }

  async #write(hash: string, names: string[], text: string): Promise<void> {
    await this.#db
      .insertInto("asu_v0_package_list")
      .values({ hash, names })
      .onConflict((conflict) =>
        conflict
          .column("hash")
          .doUpdateSet({ names, asked_at: sql`now()` })
          .where(sql<boolean>`asu_v0_package_list.asked_at < now() - ${FRESH_FOR}::interval`),
      )
      .execute();
    this.#remembered.set(hash, text);
    this.#sinceSweep += 1;
    if (this.#sinceSweep >= SWEEP_EVERY) await this.sweep();
  }
}
