import { type Kysely, type Selectable, sql } from "kysely";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Tables } from "../../db/tables.ts";
import { ServerError } from "../../error.ts";
import { AtOnce } from "./at-once.ts";
import { type FinishedBuild, type ImageFacts, imageFacts } from "./image-facts.ts";
import { type ImageName, imageNames } from "./image-names.ts";
import type { ImageTable } from "./tables.ts";

/** An image that somebody was told of by this dialect's names. */
export interface Image extends ImageName {
  /** Rises with each new image. */
  id: number;
  /** The build that made it. */
  build: string;
  facts: ImageFacts;
  /** How often it was there already when somebody asked. */
  hits: number;
}

/** Images by the names that the first generation has for them. */
export interface Images {
  /**
   * Before anybody is told of its names. Another build that came to the same image may have them.
   * @param gone one that has them and isn't there any more
   */
  name(build: FinishedBuild, gone?: string): Promise<Image>;
  byHash(hash: string): Promise<Image | null>;
  byPath(path: string): Promise<Image | null>;
  byManifest(manifestHash: string): Promise<Image | null>;
  /** Newest first, without those that have a first-boot script in them. */
  latest(limit: number): Promise<readonly Image[]>;
  /** It was there already. Never fails, never waits. */
  countHit(image: Image): void;
}

/** What was read is right for so long, in milliseconds: by then its build may be gone. */
const FRESH_MS = 10_000;
const MOST_REMEMBERED = 2_000;
const FLUSH_EVERY_MS = 3_000;
const MOST_COUNTED = 10_000;
/** foreign_key_violation: it was removed while it was told of. */
const NO_SUCH_BUILD = "23503";
const HASH = /^[0-9a-f]{15,64}$/;
const PATH = /^[A-Za-z0-9._+/-]{1,600}$/;

/** The names, in a database that other processes share. They go with their builds. */
export class StoredImages implements Images, AsyncDisposable {
  readonly #parts: { database: Kysely<Tables>; log: Logger };
  /** By how they were asked for: `path …`, `build …`. */
  readonly #fresh = new LRUCache<string, Image>({ max: MOST_REMEMBERED, ttl: FRESH_MS });
  readonly #naming = new AtOnce<Image>();
  readonly #timer: NodeJS.Timeout;
  #hits = new Map<string, number>();
  #flushing: Promise<void> | null = null;

  constructor(parts: { database: Kysely<Tables>; log: Logger }) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async name(build: FinishedBuild, gone = ""): Promise<Image> {
    const remembered = `build ${build.id} ${build.expiresAt.getTime()}`;
    const known = this.#fresh.get(remembered);
    if (known && known.build !== gone) return known;
    return this.#naming.do(`${remembered} ${gone}`, async () => {
      const image = await this.#name(build, gone);
      this.#fresh.set(remembered, image);
      return image;
    });
  }

  byHash(hash: string): Promise<Image | null> {
    return HASH.test(hash) ? this.#read(`hash ${hash}`, "hash", hash) : Promise.resolve(null);
  }

  byPath(path: string): Promise<Image | null> {
    return PATH.test(path) ? this.#read(`path ${path}`, "path", path) : Promise.resolve(null);
  }

  byManifest(manifestHash: string): Promise<Image | null> {
    if (!HASH.test(manifestHash)) return Promise.resolve(null);
    return this.#read(`manifest ${manifestHash}`, "manifest_hash", manifestHash);
  }

  async latest(limit: number): Promise<readonly Image[]> {
    const rows = await this.#parts.database
      .selectFrom("asu_v0_image")
      .selectAll()
      .where("path", "not like", "custom/%")
      .orderBy("id", "desc")
      .limit(limit)
      .execute();
    return rows.map((row) => this.#toImage(row));
  }

  countHit({ hash }: Image): void {
    const counted = this.#hits.get(hash);
    if (counted !== undefined || this.#hits.size < MOST_COUNTED) this.#hits.set(hash, (counted ?? 0) + 1);
  }

  /** Writes what was counted. Never fails: what can't be written now is written with the next. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.flush();
  }

  async #flush(): Promise<void> {
    if (this.#hits.size === 0) return;
    const counted = this.#hits;
    this.#hits = new Map();
    try {
      // In one order, so that processes that write at once don't wait for each other crosswise.
      const hashes = [...counted.keys()].sort();
      const numbers = hashes.map((hash) => counted.get(hash) ?? 0);
      await sql`
        update asu_v0_image set hits = hits + counted.n
        from unnest(${hashes}::text[], ${numbers}::bigint[]) as counted (hash, n)
        where asu_v0_image.hash = counted.hash`.execute(this.#parts.database);
    } catch (error) {
      for (const [hash, n] of counted) this.#hits.set(hash, (this.#hits.get(hash) ?? 0) + n);
      this.#parts.log.warn({ err: error }, "how often images were there already could not be written");
    }
  }

  async #name(build: FinishedBuild, gone: string): Promise<Image> {
    const { identity, defaultsHash, names } = imageNames(build);
    const facts = JSON.stringify(imageFacts(build, defaultsHash));
    const values = { identity, build: build.id, expires_at: build.expiresAt, facts };
    for (const { hash, manifestHash, path } of names) {
      const image =
        (await this.#add({ ...values, hash, path, manifest_hash: manifestHash })) ?? (await this.#same(values, gone));
      if (image !== null) return image;
    }
    // Its last name has all of the manifest's sum, and of its hash.
    throw new Error(`two images have the identity ${identity}`);
  }

  /** Null where one of its names is taken, by itself or by another. */
  async #add(values: Omit<Selectable<ImageTable>, "id" | "hits" | "facts"> & { facts: string }): Promise<Image | null> {
    const row = await this.#parts.database
      .insertInto("asu_v0_image")
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
      .catch((error: unknown) => {
        if ((error as { code?: unknown }).code !== NO_SUCH_BUILD) throw error;
        throw new ServerError("not_found", "The image isn't there any more.", { cause: error });
      });
    return row ? this.#toImage(row) : null;
  }

  /** The same image, made before or for another request; of its builds the one that is kept longest has the name. */
  async #same(
    values: { identity: string; build: string; expires_at: Date; facts: string },
    gone: string,
  ): Promise<Image | null> {
    const { identity, build, expires_at, facts } = values;
    const { database } = this.#parts;
    const longer = await database
      .updateTable("asu_v0_image")
      .set({ build, expires_at, facts })
      .where("identity", "=", identity)
      .where((row) => row.or([row("expires_at", "<", expires_at), row("build", "=", gone)]))
      .returningAll()
      .executeTakeFirst();
    const row =
      longer ??
      (await database.selectFrom("asu_v0_image").selectAll().where("identity", "=", identity).executeTakeFirst());
    return row ? this.#toImage(row) : null;
  }

  async #read(remembered: string, column: "hash" | "path" | "manifest_hash", value: string): Promise<Image | null> {
    const known = this.#fresh.get(remembered);
    if (known) return known;
    const row = await this.#parts.database
      .selectFrom("asu_v0_image")
      .selectAll()
      .where(column, "=", value)
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirst();
    if (!row) return null;
    const image = this.#toImage(row);
    this.#fresh.set(remembered, image);
    return image;
  }

  #toImage({ id, hash, path, manifest_hash, build, facts, hits }: Selectable<ImageTable>): Image {
    const counted = this.#hits.get(hash) ?? 0;
    return { id, hash, path, manifestHash: manifest_hash, build, facts, hits: hits + counted };
  }
}
