import { createHash, randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Tables } from "../db/tables.ts";
import { ServerError } from "../error.ts";
import { SCOPES, type Scope } from "./scopes.ts";
import type { NewToken, TokenInfo, Tokens } from "./types.ts";

/** Other processes learn of a new or a revoked token within this time, in milliseconds. */
const FRESH_MS = 2_000;
const WRITE_USE_EVERY_MS = 30_000;

/** `pawl_` and 256 random bits. */
const TOKEN = /^pawl_[A-Za-z0-9_-]{43}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$/;

interface Parts {
  database: Kysely<Tables>;
  clock: () => Date;
  log: Logger;
}

/**
 * The API tokens in the database. There are few, so all of them are kept in memory for two seconds: what is sent is then
 * only hashed and looked up. While the database is away, those known last go on to count.
 */
export class DatabaseTokens implements Tokens, AsyncDisposable {
  readonly #parts: Parts;
  readonly #used = new Map<string, Date>();
  readonly #timer: NodeJS.Timeout;
  #known: { byHash: ReadonlyMap<string, TokenInfo>; until: number } | null = null;
  #loading: Promise<ReadonlyMap<string, TokenInfo>> | null = null;
  /** Counts what this process has made and revoked: what was being read meanwhile is old. */
  #changes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#writeUse(), WRITE_USE_EVERY_MS).unref();
  }

  async create({ name, scopes, expiresAt }: NewToken): Promise<{ token: string; info: TokenInfo }> {
    const { database, clock } = this.#parts;
    assertSensible(name, scopes, expiresAt, clock());
    const token = `pawl_${randomBytes(32).toString("base64url")}`;
    const row = {
      id: randomBytes(9).toString("base64url"),
      name,
      sha256: hashOf(token),
      scopes: SCOPES.filter((scope) => scopes.includes(scope)),
      created_at: clock(),
      expires_at: expiresAt,
    };
    const made = await database
      .insertInto("api_token")
      .values(row)
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!made) {
      throw new ServerError("bad_request", `There is a token ${name} already; revoke it first or take another name.`);
    }
    this.#forget();
    return { token, info: infoOf(made) };
  }

  async list(): Promise<readonly TokenInfo[]> {
    await this.#writeUse();
    const rows = await this.#parts.database.selectFrom("api_token").selectAll().orderBy("name").execute();
    return rows.map(infoOf);
  }

  async revoke(nameOrId: string): Promise<void> {
    const gone = await this.#parts.database
      .deleteFrom("api_token")
      .where((row) => row.or([row("id", "=", nameOrId), row("name", "=", nameOrId)]))
      .executeTakeFirst();
    this.#forget();
    if (gone.numDeletedRows === 0n) throw new ServerError("not_found", `There is no token ${nameOrId.slice(0, 100)}.`);
  }

  async verify(token: string): Promise<TokenInfo | null> {
    if (!TOKEN.test(token)) return null;
    const info = (await this.#byHash()).get(hashOf(token).toString("hex"));
    const now = this.#parts.clock();
    if (!info || (info.expiresAt !== null && info.expiresAt <= now)) return null;
    this.#used.set(info.id, now);
    return info;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#writeUse();
  }

  async #byHash(): Promise<ReadonlyMap<string, TokenInfo>> {
    if (this.#known && performance.now() < this.#known.until) return this.#known.byHash;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  #forget(): void {
    this.#changes++;
    this.#known = null;
    this.#loading = null;
  }

  async #load(): Promise<ReadonlyMap<string, TokenInfo>> {
    const before = this.#known;
    const changes = this.#changes;
    try {
      const rows = await this.#parts.database.selectFrom("api_token").selectAll().execute();
      const byHash = new Map(rows.map((row) => [row.sha256.toString("hex"), infoOf(row)]));
      if (changes === this.#changes) this.#known = { byHash, until: performance.now() + FRESH_MS };
      return byHash;
    } catch (error) {
      if (!before) throw error;
      this.#parts.log.warn({ err: error }, "tokens could not be read; those known last count");
      this.#known = { byHash: before.byHash, until: performance.now() + FRESH_MS };
      return before.byHash;
    }
  }

  /** When a token was used last is worth a row now and then, not one a request, and no failure. */
  async #writeUse(): Promise<void> {
    const used = [...this.#used];
    this.#used.clear();
    try {
      for (const [id, at] of used) {
        await this.#parts.database.updateTable("api_token").set({ last_used_at: at }).where("id", "=", id).execute();
      }
    } catch (error) {
      this.#parts.log.warn({ err: error }, "the last use of tokens could not be written");
    }
  }
}

function assertSensible(name: string, scopes: readonly Scope[], expiresAt: Date | null, now: Date): void {
  if (!NAME.test(name)) {
    throw new ServerError(
      "bad_request",
      "A token's name has letters, digits, spaces and . _ @ -, begins with a letter or digit, and is at most 64 long.",
      { fields: { field: "name" } },
    );
  }
  if (scopes.length === 0) {
    throw new ServerError("bad_request", "A token needs at least one scope.", { fields: { field: "scopes" } });
  }
  if (expiresAt !== null && !(expiresAt > now)) {
    throw new ServerError("bad_request", "A token has to end in the future.", { fields: { field: "expires_at" } });
  }
}

interface Row {
  id: string;
  name: string;
  scopes: Scope[];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}

function infoOf({ id, name, scopes, created_at, expires_at, last_used_at }: Row): TokenInfo {
  return { id, name, scopes, createdAt: created_at, expiresAt: expires_at, lastUsedAt: last_used_at };
}

/** A fast hash is enough: there is nothing to guess in 256 random bits. */
function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
