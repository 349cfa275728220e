import type { Logger } from "pino";
import type { BuildRecipe } from "../builders/types.ts";
import type { Database } from "../db/connect.ts";
import { withRetriedTransaction } from "../db/retried-transaction.ts";
import { ServerError } from "../error.ts";
import type { Stats } from "../stats/types.ts";
import type { Change } from "./changes.ts";
import { Entering } from "./entering.ts";
import { type BuildFactsOptions, factsOf } from "./facts.ts";
import { LogLines } from "./log-lines.ts";
import { BuildNews } from "./news.ts";
import { queueOf } from "./queue/names.ts";
import type { BuildQueue } from "./queue/queue.ts";
import { BuildReader, isBuildId } from "./reading.ts";
import { Reconciler } from "./reconciler.ts";
import { type BuildRecord, isLive, isValid } from "./records.ts";
import type { Transition } from "./transitions.ts";
import type { Alias, Asked, Build, BuildAsk, BuildEvent, BuildInputs, Builds, LogLine, ServedFile } from "./types.ts";
import { UsedBuilds } from "./used.ts";
import { Watchers } from "./watching.ts";
import { withdrawAsk } from "./withdrawing.ts";

export interface BuildsOptions extends BuildFactsOptions {
  database: Database;
  queue: BuildQueue;
  stats: Pick<Stats, "count" | "buildFailed">;
  clock: () => Date;
  log: Logger;
  /** How often builds and jobs are compared, in milliseconds. Default 1 s. */
  reconcileEvery?: number;
}

/** Builds, from memory, then from the database. */
export class BuildsService implements Builds, AsyncDisposable {
  readonly #options: BuildsOptions;
  readonly #news: BuildNews;
  readonly #reader: BuildReader;
  readonly #log: LogLines;
  readonly #watchers: Watchers;
  readonly #used: UsedBuilds;
  readonly #entering: Entering;
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
    this.#entering = new Entering({ ...options, news: this.#news, reader: this.#reader });
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
    const { record, outcome } = await this.#entering.ask(ask, signal);
    await this.#news.upTo(record);
    return { build: this.#show(record), outcome };
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
  recipeNow(inputs: BuildInputs): Promise<{ recipe: BuildRecipe; catalogDigest: string }> {
    return factsOf(inputs, this.#options);
  }

  async file(place: string, name: string): Promise<ServedFile | null> {
    await this.#news.ready();
    let direct = await this.#reader.record(place);
    // Another server may have named it a moment ago, sooner than this one hears of it.
    if (direct && !direct.build.result) direct = await this.#reader.recordNow(place);
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
