import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { BuildCache, NamedKey } from "./cache.ts";
import { type BuildRecord, toRecord } from "./records.ts";

/** What a dialect may call a request. Whatever else somebody asks for isn't there. */
const HASH = /^[\w.-]{1,128}$/;

export function isBuildId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** From memory, else from the database, once for all who ask for the same at once. */
export class BuildReader {
  readonly #kysely: Kysely<Tables>;
  readonly #cache: BuildCache;
  readonly #reading = new Map<string, Promise<unknown>>();

  constructor(kysely: Kysely<Tables>, cache: BuildCache) {
    this.#kysely = kysely;
    this.#cache = cache;
  }

  record(id: string): BuildRecord | Promise<BuildRecord | null> | null {
    if (!isBuildId(id)) return null;
    return this.#cache.record(id) ?? this.#once(`id ${id}`, () => this.#record(id));
  }

  /** From the database, whatever is remembered. */
  recordNow(id: string): Promise<BuildRecord | null> {
    return isBuildId(id) ? this.#once(`id ${id}`, () => this.#record(id)) : Promise.resolve(null);
  }

  /** The newest under a key, but those that were withdrawn. */
  newest(key: string): BuildRecord | Promise<BuildRecord | null> {
    return this.#cache.newest(key) ?? this.#once(`key ${key}`, () => this.#newest(key));
  }

  alias(dialect: string, hash: string): NamedKey | Promise<NamedKey | null> | null {
    if (!HASH.test(hash)) return null;
    return this.#cache.alias(dialect, hash) ?? this.#once(`alias ${dialect} ${hash}`, () => this.#alias(dialect, hash));
  }

  /** Of any dialect. */
  async keysNamed(hash: string): Promise<string[]> {
    if (!HASH.test(hash)) return [];
    const rows = await this.#kysely.selectFrom("build_alias").select("key").where("hash", "=", hash).execute();
    return [...new Set(rows.map(({ key }) => key))];
  }

  /** The newest of these keys that has come to an image, whether its time is over or not. */
  async newestDone(keys: readonly string[]): Promise<BuildRecord | null> {
    if (keys.length === 0) return null;
    const epoch = this.#cache.epoch;
    const row = await this.#kysely
      .selectFrom("build")
      .selectAll()
      .where("key", "in", keys)
      .where("state", "=", "done")
      .orderBy("line", "desc")
      .limit(1)
      .executeTakeFirst();
    if (!row) return null;
    const record = toRecord(row);
    this.#cache.keep(record, epoch, false);
    return record;
  }

  async #record(id: string): Promise<BuildRecord | null> {
    const epoch = this.#cache.epoch;
    const row = await this.#kysely.selectFrom("build").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row) return null;
    const record = toRecord(row);
    this.#cache.keep(record, epoch, false);
    return record;
  }

  async #newest(key: string): Promise<BuildRecord | null> {
    const epoch = this.#cache.epoch;
    const row = await this.#kysely
      .selectFrom("build")
      .selectAll()
      .where("key", "=", key)
      .where("state", "<>", "withdrawn")
      .orderBy("line", "desc")
      .limit(1)
      .executeTakeFirst();
    if (!row) return null;
    const record = toRecord(row);
    this.#cache.keep(record, epoch, true);
    return record;
  }

  async #alias(dialect: string, hash: string): Promise<NamedKey | null> {
    const epoch = this.#cache.epoch;
    const row = await this.#kysely
      .selectFrom("build_alias")
      .select(["key", "request"])
      .where("hash", "=", hash)
      .where("dialect", "=", dialect)
      .executeTakeFirst();
    if (!row) return null;
    const alias = { dialect, hash, request: row.request.request };
    this.#cache.keepAlias(row.key, alias, epoch);
    return { key: row.key, alias };
  }

  async #once<T>(name: string, read: () => Promise<T>): Promise<T> {
    // What is under a name is always of the one type that its only caller reads.
    const running = this.#reading.get(name) as Promise<T> | undefined;
    if (running) return running;
    const reading = read().finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }
}
