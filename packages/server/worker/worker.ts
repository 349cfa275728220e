import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { hearChanges } from "../builds/changes.ts";
import { hostArchitecture, serves } from "../builds/queue/names.ts";
import type { BuildRow } from "../builds/records.ts";
import { begin } from "../builds/transitions.ts";
import { queuesToBeginFrom } from "../builds/unfinished.ts";
import type { WorkerConfig } from "../config/schema.ts";
import { withRetriedTransaction } from "../db/retried-transaction.ts";
import { type AttemptParts, runAttempt } from "./attempt.ts";
import { HEARTBEAT_TIMES, Heartbeat, type HeartbeatTimes } from "./heartbeat.ts";
import { KilledWorkers } from "./killed-workers.ts";
import { Presence } from "./presence.ts";
import { Scratch } from "./scratch.ts";
import { Stop } from "./stops.ts";

export interface WorkerOptions extends Omit<AttemptParts, "scratch" | "limits"> {
  config: Pick<WorkerConfig, "parallel" | "targets" | "limits" | "grace">;
  /** For builds while they run; on a disk with room for as many as run at once. */
  scratchDir: string;
  /** As people see it. Default: the machine's name. */
  name?: string;
  /** Of this machine, as ImageBuilders call it. Default: as it is. */
  architecture?: string;
  times?: Partial<WorkerTimes>;
  /** Told for how many milliseconds what runs is certainly this worker's: `lifeline.ts`. */
  extend?: (ms: number) => void;
  /** No build is begun any more, as when it is stopped; what runs goes on. */
  stopping?: AbortSignal;
  /** Kills what runs, and ends; what was running is given back. */
  signal: AbortSignal;
}

/** In milliseconds. */
export interface WorkerTimes extends HeartbeatTimes {
  /** Looks for builds although nobody has said that there are any. Default 2 s. */
  poll: number;
}

interface Begun {
  row: BuildRow;
  /** `performance.now()` before the database was asked for it. */
  asked: number;
}

/** Starts to build what waits. @throws if the scratch folder or the database can't be had */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const id = randomBytes(8).toString("hex");
  const scratch = await Scratch.open(options.scratchDir, options.log, id);
  const worker = new Worker(options, scratch, id);
  await worker.start();
  return worker;
}

/** Builds what waits, the oldest first, as many at once as there are slots. Dispose of it to stop: what runs may end within the grace. */
export class Worker implements AsyncDisposable {
  readonly id: string;
  readonly #options: WorkerOptions;
  readonly #parts: AttemptParts;
  readonly #scratch: Scratch;
  readonly #times: WorkerTimes;
  readonly #heartbeat: Heartbeat;
  readonly #presence: Presence;
  readonly #killed: KilledWorkers;
  readonly #running = new Map<string, { stop: AbortController; done: Promise<void> }>();
  readonly #taken = new AsyncDisposableStack();
  /** No build is begun any more. */
  readonly #stopping = new AbortController();
  readonly #ended = new AbortController();
  #wake: (() => void) | null = null;
  #isWoken = false;
  #taking: Promise<void> = Promise.resolve();
  #beating: Promise<void> = Promise.resolve();
  #clearing: Promise<void> = Promise.resolve();

  /** @param id 16 hex digits of its own */
  constructor(options: WorkerOptions, scratch: Scratch, id: string) {
    this.id = id;
    this.#options = options;
    this.#scratch = scratch;
    const { time, memory, disk, processes } = options.config.limits;
    const limits = { timeMs: time, memoryBytes: memory, diskBytes: disk, processes };
    const own = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
    this.#parts = { ...options, scratch, limits: own, log: options.log.child({ worker: this.id }) };
    this.#times = { ...HEARTBEAT_TIMES, poll: 2_000, ...options.times };
    this.#heartbeat = new Heartbeat({
      ...this.#parts,
      ...(options.extend && { extend: options.extend }),
      times: this.#times,
    });
    const { config, database, builders, sandboxes, clock, scratchDir } = options;
    this.#killed = new KilledWorkers({ ...this.#parts, scratchDir });
    this.#presence = new Presence({
      kysely: database.kysely,
      worker: { id: this.id, name: this.name, ...this.#labels, parallel: config.parallel, started_at: clock() },
      builders,
      sandboxes,
      log: this.#parts.log,
      onAble: () => this.#look(),
    });
  }

  /** As people see it. */
  get name(): string {
    return this.#options.name ?? hostname();
  }

  get targets(): readonly string[] {
    return this.#options.config.targets;
  }

  get parallel(): number {
    return this.#options.config.parallel;
  }

  /** Builds that run here. */
  get running(): number {
    return this.#running.size;
  }

  async start(): Promise<void> {
    const { queue, database, stopping, signal } = this.#options;
    await queue.start();
    this.#taken.use(queue.onJob(() => this.#look()));
    const subscription = await hearChanges(
      database,
      (change) => {
        if (change.kind !== "build") return;
        if (change.state === "withdrawn") this.#running.get(change.id)?.stop.abort(new Stop("withdrawn"));
        if (change.state === "queued") this.#look();
      },
      { onReconnect: () => this.#look() },
    );
    this.#taken.use(subscription);
    await this.#killed.clear(this.#ended.signal);
    await this.#presence.start();
    this.#taking = this.#take();
    this.#beating = this.#heartbeat.run(this.#ended.signal);
    this.#clearing = this.#killed.run(this.#ended.signal);
    const drain = () => void this.#drain();
    stopping?.addEventListener("abort", drain, { once: true });
    this.#taken.defer(() => stopping?.removeEventListener("abort", drain));
    if (stopping?.aborted) drain();
    const kill = () => void this.#kill();
    signal.addEventListener("abort", kill, { once: true });
    this.#taken.defer(() => signal.removeEventListener("abort", kill));
    if (signal.aborted) kill();
  }

  /** Begins nothing any more; what runs may come to its end within `grace` milliseconds, then it is given back. */
  async stop(grace = this.#options.config.grace): Promise<void> {
    await this.#drain();
    const all = Promise.all([...this.#running.values()].map(({ done }) => done));
    const patience = new AbortController();
    await Promise.race([all, sleep(grace, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    await this.#kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#ended.abort();
    await Promise.all([this.#beating, this.#clearing]);
    await this.#taken.disposeAsync();
    await this.#presence.end();
    await this.#scratch[Symbol.asyncDispose]();
  }

  /** Begins nothing any more, for everybody to see. Whatever is being begun is among those that run then. */
  async #drain(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#taking, this.#presence.drain()]);
  }

  async #kill(): Promise<void> {
    this.#stopping.abort();
    await this.#taking;
    for (const { stop } of this.#running.values()) stop.abort(new Stop("stopping"));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** The loop: a build for each free slot, or a pause. */
  async #take(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#isWoken = false;
      const hasRoom = this.#running.size < this.#options.config.parallel && this.#presence.trouble === null;
      const next = hasRoom ? await this.#next() : null;
      if (next) this.#run(next);
      else await this.#woken(signal);
    }
  }

  /** The build that waits longest, of all that may be built here; begun. */
  async #next(): Promise<Begun | null> {
    const { database, queue, clock, log } = this.#parts;
    try {
      for (const name of await this.#queues()) {
        await queue.ensure(name);
        // Its job has to show signs of life from the transaction's start on, however late we hear of the commit.
        const asked = performance.now();
        const row = await withRetriedTransaction(database.kysely, (transaction) =>
          begin({ transaction, queue }, name, { worker: this.id, now: clock() }),
        );
        if (row) return { row, asked };
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) log.warn({ err: error }, "no build could be begun");
    }
    return null;
  }

  /** Queues in which something waits for somebody like this one, longest first. */
  async #queues(): Promise<string[]> {
    const queues = await queuesToBeginFrom(this.#options.database.kysely);
    return queues.filter((name) => serves(this.#labels, name));
  }

  get #labels() {
    const { config, architecture = hostArchitecture() } = this.#options;
    return { targets: config.targets, architecture };
  }

  #run({ row, asked }: Begun): void {
    const stop = new AbortController();
    const held = this.#heartbeat.hold(row, stop, asked);
    const done = runAttempt(this.#parts, row, { stop, check: () => held.check() }).finally(() => {
      held[Symbol.dispose]();
      this.#running.delete(row.id);
      this.#look();
    });
    this.#running.set(row.id, { stop, done });
  }

  #look(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  async #woken(signal: AbortSignal): Promise<void> {
    if (this.#isWoken) return;
    const done = new AbortController();
    this.#wake = () => done.abort();
    const until = AbortSignal.any([done.signal, signal]);
    await sleep(this.#times.poll, undefined, { signal: until }).catch(() => undefined);
    this.#wake = null;
  }
}
