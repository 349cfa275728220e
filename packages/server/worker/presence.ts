import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Builder } from "../builders/types.ts";
import { forgetWorker, showWorker, type WorkerRow } from "../builds/workers.ts";
import type { Tables } from "../db/tables.ts";
import type { Sandboxes } from "./sandbox/types.ts";

/** How often a worker shows that it is there, whether it builds or not, in milliseconds. */
const SHOWN_EVERY = 3_000;
/** How often what a builder lacks is looked for again. */
const LOOKED_EVERY = 30_000;

export interface PresenceOptions {
  kysely: Kysely<Tables>;
  worker: Omit<WorkerRow, "seen_at" | "trouble" | "draining">;
  builders: readonly Builder[];
  sandboxes: Pick<Sandboxes, "trouble">;
  log: Logger;
  /** It has what it needs, now that it was looked at. */
  onAble(): void;
}

/** That a worker is there, what it builds, and what it lacks, for everybody to see. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #ended = new AbortController();
  #trouble: string | null = null;
  #isDraining = false;
  /** Trouble and draining, as others see them. */
  #shown: string | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Why nothing can be built here now; null if it can. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Once it resolves, others see it. */
  async start(): Promise<void> {
    await this.#assess();
    await this.#show();
    this.#running = this.#run();
  }

  /** It begins nothing any more, which others see at once, if the database can be told. */
  async drain(): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    if (this.#shown !== null) await this.#show().catch((error: unknown) => this.#notShown(error));
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await this.#running;
    const { kysely, worker, log } = this.#options;
    await forgetWorker(kysely, worker.id).catch((error: unknown) => {
      log.warn({ err: error }, "a worker could not sign off");
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    let lookedAt = performance.now();
    for (;;) {
      await sleep(SHOWN_EVERY, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      if (performance.now() - lookedAt > LOOKED_EVERY) {
        await this.#assess();
        lookedAt = performance.now();
      }
      await this.#show().catch((error: unknown) => this.#notShown(error));
    }
  }

  async #assess(): Promise<void> {
    const { builders, sandboxes, log, onAble } = this.#options;
    const lacks = await Promise.all(builders.map((builder) => lackOf(builder, this.#ended.signal)));
    const lack = lacks.some((one) => one === null) ? null : (lacks[0] ?? "This worker has no builder.");
    const trouble = sandboxes.trouble ?? lack;
    if (trouble !== null && trouble !== this.#trouble) log.warn({ trouble }, "this worker can't build");
    if (trouble === null && this.#trouble !== null) log.info("this worker can build again");
    this.#trouble = trouble;
    if (trouble === null) onAble();
  }

  async #show(): Promise<void> {
    const { kysely, worker } = this.#options;
    const now = { trouble: this.#trouble, draining: this.#isDraining };
    const shown = JSON.stringify(now);
    await showWorker(kysely, { ...worker, ...now }, shown !== this.#shown);
    this.#shown = shown;
  }

  #notShown(error: unknown): void {
    this.#options.log.warn({ err: error }, "a worker could not show that it is there");
  }
}

async function lackOf(builder: Builder, signal: AbortSignal): Promise<string | null> {
  return builder.readiness(signal).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    return `Whether ${builder.name} can build here could not be found out: ${reason}`;
  });
}
