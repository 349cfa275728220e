import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import type { Database } from "../db/connect.ts";
import { withRetriedTransaction } from "../db/retried-transaction.ts";
import { databaseTrouble } from "../db/trouble.ts";
import { ServerError } from "../error.ts";
import { AskBatches } from "./ask-batches.ts";
import { AGAIN, type Answered, type Asks, answerAsks, NEEDS_LINE, wantedUntil } from "./asking.ts";
import { type BuildFactsOptions, factsOf } from "./facts.ts";
import type { BuildNews } from "./news.ts";
import { queueOf } from "./queue/names.ts";
import type { BuildQueue } from "./queue/queue.ts";
import type { BuildReader } from "./reading.ts";
import { recall } from "./recall.ts";
import { type BuildRecord, isLive } from "./records.ts";
import { requestKey } from "./request-key.ts";
import type { Asked, BuildAsk } from "./types.ts";
import { lacking, workersThere } from "./workers.ts";

export interface EnteringParts extends BuildFactsOptions {
  database: Database;
  queue: BuildQueue;
  news: BuildNews;
  reader: BuildReader;
  clock: () => Date;
}

/** Requests that are entered at the same time: one waits for another anyway, and others need the database, too. */
const ENTERED_AT_ONCE = 2;
/** How often somebody may be in the way who changes the same build, and the longest pause after it, in milliseconds. */
const MOST_COLLISIONS = 50;
const COLLISION_PAUSE = 30;

/** From a request to its build: one that there is, one that somebody has asked for already, or a new one. */
export class Entering {
  readonly #parts: EnteringParts;
  readonly #batches: AskBatches<Answered>;
  /** Who waits for which build, and how long they want it: some ask for the same every few seconds to hear how far it is. */
  readonly #joined = new LRUCache<string, number>({ max: 10_000 });
  readonly #entering = pLimit(ENTERED_AT_ONCE);

  constructor(parts: EnteringParts) {
    this.#parts = parts;
    this.#batches = new AskBatches((key, asks) => this.#settle(key, asks));
  }

  /** As `Builds.ask`, but for what is to be shown of the build. */
  async ask(ask: BuildAsk, signal?: AbortSignal): Promise<{ record: BuildRecord; outcome: Asked["outcome"] }> {
    const key = requestKey(ask.inputs);
    const known = await this.#asItIs(key, ask, signal);
    if (known) return { record: known, outcome: isLive(known.build) ? "joined" : "hit" };
    const { answer, isFirst } = await this.#batches.ask(key, ask);
    const { record, outcome } = answer;
    if (outcome !== "hit" && ask.secret === undefined) this.#joined.set(joinName(record, ask), ask.ttl);
    return { record, outcome: outcome === "new" && !isFirst ? "joined" : outcome };
  }

  /**
   * What needs nothing to be written: there is an image, or a failure that nobody can help, or whoever asks has asked for it
   * before. Known already, it needs no question either.
   */
  async #asItIs(key: string, ask: BuildAsk, signal?: AbortSignal): Promise<BuildRecord | null> {
    const { reader, clock } = this.#parts;
    const known = await reader.newest(key);
    if (!known) return null;
    const { alias } = ask;
    if (alias && (await reader.alias(alias.dialect, alias.hash))?.key !== key) return null;
    if (isLive(known.build)) {
      const ttl = ask.secret === undefined ? this.#joined.get(joinName(known, ask)) : undefined;
      return ttl !== undefined && ttl >= ask.ttl ? known : null;
    }
    const { build } = known;
    const until = build.state === "done" ? wantedUntil(build.finishedAt, [ask]) : null;
    if (until !== null && build.expiresAt !== null && until > build.expiresAt) return null;
    const catalogDigest =
      build.state === "failed" ? (await factsOf(ask.inputs, this.#parts, signal)).catalogDigest : "";
    return recall(known, { catalogDigest, now: clock() }) === "hit" ? known : null;
  }

  async #settle(key: string, asks: readonly [BuildAsk, ...BuildAsk[]]): Promise<Answered> {
    const { queue, clock, config, news } = this.#parts;
    const [{ inputs }] = asks;
    // May wait for the mirror: nobody else waits for that.
    const { recipe, catalogDigest } = await factsOf(inputs, this.#parts);
    return this.#entering(async () => {
      const queueName = queueOf({ inputs });
      const lacks = await this.#refuseWithoutBuilder(key, queueName, { inputs, catalogDigest });
      await queue.ensure(queueName);
      const { max_pending, in_line_per_client } = config.builds;
      return this.#enter({
        key,
        asks,
        recipe,
        queueName,
        catalogDigest,
        now: clock(),
        maxPending: max_pending,
        pending: news.pending,
        inLinePerClient: in_line_per_client,
        lacks,
      });
    });
  }

  async #enter(asks: Asks): Promise<Answered> {
    const { database, queue, news } = this.#parts;
    // What isn't there, as far as is known here, is to be entered.
    let withLine = news.cache.newest(asks.key) === undefined;
    for (let collisions = 0; collisions < MOST_COLLISIONS; collisions++) {
      const answer = await withRetriedTransaction(database.kysely, (transaction) =>
        answerAsks({ transaction, queue }, asks, { withLine }),
      ).catch((error: unknown) => {
        throw databaseTrouble(error) ?? error;
      });
      if (answer === AGAIN) await sleep(COLLISION_PAUSE * Math.random());
      if (answer === NEEDS_LINE) withLine = true;
      if (answer === AGAIN || answer === NEEDS_LINE) continue;
      news.forget(answer.record);
      for (const { alias } of asks.asks) if (alias) news.cache.forget({ kind: "alias", ...alias });
      return answer;
    }
    // Somebody is stopped with it in hand, or many want something of it: not for long.
    const sentence = "Somebody else is changing that build at this moment.";
    throw new ServerError("database_unavailable", sentence, { retryAfter: 5 });
  }

  /**
   * What a worker says that lacks something is said to whoever asks, instead of letting them wait for nothing.
   * @returns why nobody would begin with it; null if somebody would, or if nothing is to be begun
   */
  async #refuseWithoutBuilder(
    key: string,
    queueName: string,
    asked: { inputs: BuildAsk["inputs"]; catalogDigest: string },
  ): Promise<string | null> {
    const { reader, clock, database } = this.#parts;
    const newest = await reader.newest(key);
    if (recall(newest, { ...asked, now: clock() }) !== "new") return null;
    const lacks = lacking(queueName, await workersThere(database.kysely));
    if (lacks?.trouble) throw new ServerError("builds_unavailable", lacks.trouble, { retryAfter: 300 });
    return lacks?.sentence ?? null;
  }
}

function joinName({ build }: BuildRecord, { asker }: BuildAsk): string {
  return `${build.id} ${asker}`;
}
