import { createHash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { LRUCache } from "lru-cache";
import type { Tables } from "../../db/tables.ts";
import { DIALECT } from "./asking.ts";
import { AtOnce } from "./at-once.ts";
import type { BuildRequest } from "./build-request.ts";

/** What a request is asked about by: its hash, unless another request has that one already. */
export interface RequestNames {
  /** Its own from now on. */
  take(request: BuildRequest): Promise<string>;
  /** Null where nobody has asked for the same. */
  find(request: BuildRequest): Promise<string | null>;
}

/** With these, the table stays below some 30 MB whatever is asked for; what is in use comes on top of it. */
const MOST_NAMES = 100_000;
/**
 * A name that was taken, or used again, that lately stays, however many newer ones there are: whoever has it may be about to have something
 * built under it, and every server goes by what it remembers for a part of that time.
 */
const SPARED_MINUTES = 5;
/** Longer than any build is kept that somebody might still ask about. */
const KEPT_FOR_DAYS = 90;
const SWEEP_EVERY = 5_000;
/** Of those that ask every few seconds how far their request is. */
const MOST_REMEMBERED = 20_000;
/** A name that is used again that soon isn't written again. Much shorter than it is spared for: else another could have it by then. */
const FRESH_MS = 60_000;

/**
 * 48 bits can be made to collide, and not all that decides is in them: the model isn't. So a request is compared with the one
 * that has its hash, and gets a longer one where they differ (contract server.md §2).
 */
export class StoredRequestNames implements RequestNames {
  readonly #db: Kysely<Tables>;
  readonly #taken = new LRUCache<string, string>({ max: MOST_REMEMBERED, ttl: FRESH_MS });
  readonly #taking = new AtOnce<string>();
  #sinceSweep = 0;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async take(request: BuildRequest): Promise<string> {
    const identity = requestIdentity(request);
    return this.#taken.get(identity) ?? this.#taking.do(identity, () => this.#take(request, identity));
  }

  async find(request: BuildRequest): Promise<string | null> {
    const identity = requestIdentity(request);
    const known = this.#taken.get(identity);
    if (known !== undefined) return known;
    const row = await this.#db
      .selectFrom("asu_v0_request")
      .select("hash")
      .where("hash", "in", namesOf(request, identity))
      .where("identity", "=", identity)
      .executeTakeFirst();
    return row?.hash ?? null;
  }

  /** Forgets what is old, and the oldest of what is too many; nothing by which a build is still asked about. */
  async sweep(most = MOST_NAMES): Promise<void> {
    this.#sinceSweep = 0;
    await sql`
      delete from asu_v0_request
      where asked_at < now() - make_interval(mins => ${SPARED_MINUTES})
        and (asked_at < now() - make_interval(days => ${KEPT_FOR_DAYS})
          or hash in (select hash from asu_v0_request order by asked_at desc, hash offset ${most}))
        and not exists (select from build_alias where dialect = ${DIALECT} and hash = asu_v0_request.hash)
    `.execute(this.#db);
  }

  async #take(request: BuildRequest, identity: string): Promise<string> {
    for (const hash of namesOf(request, identity)) {
      // In one statement, so that of two who come at once one has it.
      const { rows } = await sql<{ identity: string }>`
        insert into asu_v0_request (hash, identity) values (${hash}, ${identity})
        on conflict (hash) do update set asked_at =
          case when asu_v0_request.identity = excluded.identity then now() else asu_v0_request.asked_at end
        returning identity`.execute(this.#db);
      if (rows[0]?.identity !== identity) continue;
      this.#taken.set(identity, hash);
      await this.#sweepNowAndThen();
      return hash;
    }
    // Its last name is its identity.
    throw new Error(`two requests have the identity ${identity}`);
  }

  async #sweepNowAndThen(): Promise<void> {
    this.#sinceSweep += 1;
    if (this.#sinceSweep >= SWEEP_EVERY) await this.sweep();
  }
}

/** sha256 of all that a client has said and that decides what it gets, 64 hex digits. */
export function requestIdentity({ distro, version, target, board, model, packages, defaults }: BuildRequest): string {
  const names = packages === null ? null : [...packages].sort();
  const said = [distro, version, target, board, model, names, defaults];
  return createHash("sha256").update(JSON.stringify(said)).digest("hex");
}

/** What it may be called, the usual hash first. */
function namesOf({ requestHash }: BuildRequest, identity: string): string[] {
  return [requestHash, requestHash + identity.slice(0, 20), identity];
}
