import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import type { Logger } from "pino";
import type { BuildLimits, BuildRecipe } from "../builders/types.ts";
import type { Catalog } from "../catalog/types.ts";
import type { ServerConfig } from "../config/schema.ts";
import type { Database } from "../db/connect.ts";
import { withRetriedTransaction } from "../db/retried-transaction.ts";
import { databaseTrouble } from "../db/trouble.ts";
import { ServerError } from "../error.ts";
import type { Stats } from "../stats/types.ts";
import type { UpgradeFacts } from "../upgrades/types.ts";
import { AskBatches } from "./ask-batches.ts";
import { AGAIN, type Answered, type Asks, answerAsks, NEEDS_LINE, wantedUntil } from "./asking.ts";
import type { Change } from "./changes.ts";
import { LogLines } from "./log-lines.ts";
import { BuildNews } from "./news.ts";
import { BUILDER_ARCHITECTURE, queueName } from "./queue/names.ts";
import type { BuildQueue } from "./queue/queue.ts";
import { BuildReader, isBuildId } from "./reading.ts";
import { recall } from "./recall.ts";
import { makeRecipe } from "./recipe.ts";
import { Reconciler } from "./reconciler.ts";
import { type BuildRecord, isLive, isValid } from "./records.ts";
import { requestKey } from "./request-key.ts";
import type { Transition } from "./transitions.ts";
import type { Alias, Asked, Build, BuildAsk, BuildEvent, BuildInputs, Builds, LogLine, ServedFile } from "./types.ts";
import { UsedBuilds } from "./used.ts";
import { Watchers } from "./watching.ts";
import { withdrawAsk } from "./withdrawing.ts";
import { lacking, workersThere } from "./workers.ts";

export interface BuildsOptions {
  database: Database;
  catalog: Pick<Catalog, "distribution" | "version" | "target">;
  /** By distribution. */
  upgradeFacts: ReadonlyMap<string, Pick<UpgradeFacts, "buildRows">>;
  queue: BuildQueue;
  config: Pick<ServerConfig, "builds">;
  stats: Pick<Stats, "count" | "buildFailed">;
  clock: () => Date;
  log: Logger;
  /** Which builder makes images. Default `openwrt-imagebuilder`. */
  builder?: string;
  /** How often builds and jobs are compared, in milliseconds. Default 1 s. */
  reconcileEvery?: number;
}

/** Requests that are entered at the same time: one waits for another anyway, and others need the database, too. */
const ENTERED_AT_ONCE = 2;
/** How often somebody may be in the way who changes the same build, and the longest pause after it, in milliseconds. */
const MOST_COLLISIONS = 50;
const COLLISION_PAUSE = 30;

/** Builds, from memory, then from the database. */
export class BuildsService implements Builds, AsyncDisposable {
  readonly #options: BuildsOptions;
  readonly #news: BuildNews;
  readonly #reader: BuildReader;
  readonly #log: LogLines;
  readonly #watchers: Watchers;
  readonly #used: UsedBuilds;
  readonly #batches: AskBatches<Answered>;
  /** Who waits for which build, and how long they want it: some ask for the same every few seconds to hear how far it is. */
  readonly #joined = new LRUCache<string, number>({ max: 10_000 });
  readonly #entering = pLimit(ENTERED_AT_ONCE);
  readonly #ended = new AbortController();
  #reconciler: Reconciler | null = null;
  #reconciling: Promise<void> | null = null;

  constructor(options: BuildsOptions) {
    this.#options = options;
    const { kysely } = options.database;
    this.#log = new LogLines(kysely);
    this.#watchers = new Watchers({ build: (id) => this.#current(id), log: this.#log });
    this.#used = new UsedBuilds({ kysely, clock: options.clock, log: options.log });
    this.#news = new BuildNews({ ...options, onChange: (change) => this.#heard(change) });
    this.#reader = new BuildReader(kysely, this.#news.cache);
    this.#batches = new AskBatches((key, asks) => this.#settle(key, asks));
  }

  /** Begins to look after builds whose workers were lost, that wait for another try, or for nobody. Once; it ends with the service. */
  start(): void {
    if (this.#reconciling) return;
    const { database, queue, stats, clock, log, config, reconcileEvery = 1_000 } = this.#options;
    const failureTtl = config.builds.failure_ttl;
    const inLinePerClient = config.builds.in_line_per_client;
    const every = reconcileEvery;
    const reconciler = new Reconciler({ database, queue, stats, clock, log, failureTtl, inLinePerClient, every });
    this.#reconciler = reconciler;
    this.#reconciling = (async () => {
      await Promise.all([queue.start(), this.#news.ready()]).catch((error: unknown) =>
        log.warn({ err: error }, "builds could not be read yet"),
      );
      await reconciler.run(this.#ended.signal);
    })();
  }

  get generation(): number {
    return this.#news.generation;
  }

  async ask(ask: BuildAsk, signal?: AbortSignal): Promise<Asked> {
    signal?.throwIfAborted();
    await this.#news.ready();
    const key = requestKey(ask.inputs);
    const known = await this.#asItIs(key, ask, signal);
    if (known) return { build: this.#show(known), outcome: isLive(known.build) ? "joined" : "hit" };
    const { answer, isFirst } = await this.#batches.ask(key, ask);
    if (answer.outcome !== "hit" && ask.secret === undefined) this.#joined.set(joinName(answer.record, ask), ask.ttl);
    await this.#news.upTo(answer.record);
    const outcome = answer.outcome === "new" && !isFirst ? "joined" : answer.outcome;
    return { build: this.#show(answer.record), outcome };
  }

  async byAlias(dialect: string, hash: string): Promise<{ build: Build; alias: Alias } | null> {
    await this.#news.ready();
    const named = await this.#reader.alias(dialect, hash);
    if (!named) return null;
    const record = await this.#reader.newest(named.key);
    if (!record || !isValid(record.build, this.#options.clock())) return null;
    await this.#news.upTo(record);
    return { build: this.#show(record), alias: named.alias };
  }

  async byId(id: string): Promise<Build | null> {
    await this.#news.ready();
    return this.#current(id);
  }

  async output(id: string): Promise<{ stdout: string; stderr: string }> {
    const build = await this.byId(id);
    if (build === null || build.attempt === 0) return { stdout: "", stderr: "" };
    return this.#log.output(id, build.attempt, !isLive(build));
  }

  async log(id: string, from: number, limit: number): Promise<readonly LogLine[]> {
    return isBuildId(id) ? this.#log.read(id, Math.max(0, from), limit) : [];
  }

  async *watch(id: string, fromLine: number, signal: AbortSignal): AsyncGenerator<BuildEvent, void, undefined> {
    if (!isBuildId(id)) return;
    await this.#news.ready();
    yield* this.#watchers.watch(id, fromLine, AbortSignal.any([signal, this.#ended.signal]));
  }

  withdraw(id: string, secret: string): Promise<Build> {
    const now = this.#options.clock();
    return this.alter(id, ({ transaction, queue }) => withdrawAsk(transaction, queue, { id, secret, now }));
  }

  /** Changes a build in one transaction, which may be done again; here it is known at once. @throws not_found */
  async alter(id: string, step: (transition: Transition) => Promise<BuildRecord>): Promise<Build> {
    await this.#news.ready();
    const { database, queue } = this.#options;
    const known = await this.#reader.record(id);
    if (!known)
      throw new ServerError("not_found", "There is no such build, or not any more.", { fields: { build: id } });
    await queue.ensure(queueOf(known.build));
    const record = await withRetriedTransaction(database.kysely, (transaction) => step({ transaction, queue }));
    this.#news.forget(record);
    return this.#show(record);
  }

  /** What a worker would be told if it were asked for now. @throws unknown_…, not_loaded */
  async recipeNow(inputs: BuildInputs): Promise<{ recipe: BuildRecipe; catalogDigest: string }> {
    const { recipe, known } = await this.#facts({ inputs });
    return { recipe, catalogDigest: known.digest };
  }

  async file(place: string, name: string): Promise<ServedFile | null> {
    await this.#news.ready();
    const direct = await this.#reader.record(place);
    const record = direct ?? (await this.#reader.newestDone(await this.#reader.keysNamed(place)));
    const file = record?.build.result?.files.find((one) => one.name === name);
    if (!record || !file) return null;
    this.#used.add(record.build.id);
    const copy = record.build.result?.copy ?? null;
    return { ...file, build: record.build.id, copy, isImmutable: record === direct };
  }

  queueLength(): number {
    return this.#news.length;
  }

  stored(): Promise<number> {
    return this.#count("done");
  }

  building(): Promise<number> {
    return this.#count("running");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Error("the server is stopping"));
    await this.#reconciling;
    await this.#used[Symbol.asyncDispose]();
    await this.#news[Symbol.asyncDispose]();
  }

  /**
   * What needs nothing to be written: there is an image, or a failure that nobody can help, or whoever asks has asked for it
   * before. Known already, it needs no question either.
   */
  async #asItIs(key: string, ask: BuildAsk, signal?: AbortSignal): Promise<BuildRecord | null> {
    const known = await this.#reader.newest(key);
    if (!known) return null;
    const { alias } = ask;
    if (alias && (await this.#reader.alias(alias.dialect, alias.hash))?.key !== key) return null;
    if (isLive(known.build)) {
      const ttl = ask.secret === undefined ? this.#joined.get(joinName(known, ask)) : undefined;
      return ttl !== undefined && ttl >= ask.ttl ? known : null;
    }
    const { build } = known;
    const until = build.state === "done" ? wantedUntil(build.finishedAt, [ask]) : null;
    if (until !== null && build.expiresAt !== null && until > build.expiresAt) return null;
    const catalogDigest = build.state === "failed" ? (await this.#facts(ask, signal)).known.digest : "";
    return recall(known, { catalogDigest, now: this.#options.clock() }) === "hit" ? known : null;
  }

  async #settle(key: string, asks: readonly [BuildAsk, ...BuildAsk[]]): Promise<Answered> {
    const { queue, clock, config } = this.#options;
    // May wait for the mirror: nobody else waits for that.
    const { recipe, known } = await this.#facts(asks[0]);
    return this.#entering(async () => {
      const [{ inputs }] = asks;
      const queueName = queueOf({ inputs });
      const lacks = await this.#refuseWithoutBuilder(key, queueName, { inputs, catalogDigest: known.digest });
      await queue.ensure(queueName);
      const { max_pending, in_line_per_client } = config.builds;
      return this.#enter({
        key,
        asks,
        recipe,
        queueName,
        catalogDigest: known.digest,
        now: clock(),
        maxPending: max_pending,
        pending: this.#news.pending,
        inLinePerClient: in_line_per_client,
        lacks,
      });
    });
  }

  async #enter(asks: Asks): Promise<Answered> {
    const { database, queue } = this.#options;
    // What isn't there, as far as is known here, is to be entered.
    let withLine = this.#news.cache.newest(asks.key) === undefined;
    for (let collisions = 0; collisions < MOST_COLLISIONS; collisions++) {
      const answer = await withRetriedTransaction(database.kysely, (transaction) =>
        answerAsks({ transaction, queue }, asks, { withLine }),
      ).catch((error: unknown) => {
        throw databaseTrouble(error) ?? error;
      });
      if (answer === AGAIN) await sleep(COLLISION_PAUSE * Math.random());
      if (answer === NEEDS_LINE) withLine = true;
      if (answer === AGAIN || answer === NEEDS_LINE) continue;
      this.#news.forget(answer.record);
      for (const { alias } of asks.asks) if (alias) this.#news.cache.forget({ kind: "alias", ...alias });
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
    const newest = await this.#reader.newest(key);
    if (recall(newest, { ...asked, now: this.#options.clock() }) !== "new") return null;
    const lacks = lacking(queueName, await workersThere(this.#options.database.kysely));
    if (lacks?.trouble) throw new ServerError("builds_unavailable", lacks.trouble, { retryAfter: 300 });
    return lacks?.sentence ?? null;
  }

  async #facts({ inputs }: Pick<BuildAsk, "inputs">, signal?: AbortSignal) {
    const { catalog, upgradeFacts, config, builder = "openwrt-imagebuilder" } = this.#options;
    const distribution = catalog.distribution(inputs.distribution);
    const version = await catalog.version(inputs.distribution, inputs.version, signal);
    const known = await catalog.target(version, inputs.target, signal);
    const recipe = makeRecipe(inputs, {
      distribution,
      source: catalog.distribution(distribution.continuedBy ?? distribution.parent?.distribution ?? distribution.name),
      version,
      target: known.value,
      upgradeFacts: upgradeFacts.get(distribution.name) ?? { buildRows: [] },
      builder,
      limits: limitsOf(config.builds.limits),
      repositoryAllowList: config.builds.repository_allow_list,
    });
    return { recipe, known };
  }

  async #current(id: string): Promise<Build | null> {
    const record = await this.#reader.record(id);
    if (!record) return null;
    await this.#news.upTo(record);
    return this.#show(record);
  }

  #heard(change: Change | null): void {
    this.#watchers.hear(change);
    if (change?.kind === "workers") this.#reconciler?.look();
  }

  #show(record: BuildRecord): Build {
    if (record.build.state === "done") this.#used.add(record.build.id);
    return this.#news.show(record);
  }

  async #count(state: Build["state"]): Promise<number> {
    const { count } = await this.#options.database.kysely
      .selectFrom("build")
      .select((row) => row.fn.countAll<number>().as("count"))
      .where("state", "=", state)
      .executeTakeFirstOrThrow();
    return count;
  }
}

function joinName({ build }: BuildRecord, { asker }: BuildAsk): string {
  return `${build.id} ${asker}`;
}

function queueOf({ inputs }: Pick<Build, "inputs">): string {
  return queueName({ ...inputs, architecture: BUILDER_ARCHITECTURE });
}

function limitsOf({ time, memory, disk, processes, log }: ServerConfig["builds"]["limits"]): BuildLimits {
  return { timeMs: time, memoryBytes: memory, diskBytes: disk, processes, logBytes: log };
}
