import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "pino";
import { databaseTrouble } from "./trouble.ts";

export type Subscription = AsyncDisposable;

/** Between these two nothing is heard, and nobody knows of what. */
export interface Gap {
  /** The connection is lost. */
  onLost?(): void;
  /** There is one again. */
  onReconnect?(): void;
}

interface Subscriber extends Gap {
  onNotify(payload: string): void;
}

/** How often a connection on which nothing happens is asked whether it is still there, in milliseconds. */
const PING_MS = 30_000;

/** One connection that hears notifications for the whole process. It is made when somebody listens, and made again when it is lost. */
export class Listener implements AsyncDisposable {
  readonly #config: pg.ClientConfig;
  readonly #log: Logger;
  readonly #channels = new Map<string, Set<Subscriber>>();
  readonly #ended = new AbortController();
  #client: Promise<pg.Client> | null = null;
  #reconnecting: Promise<void> | null = null;

  constructor(config: pg.ClientConfig, log: Logger) {
    this.#config = { ...config, application_name: `${config.application_name} listener`, query_timeout: 10_000 };
    this.#log = log;
  }

  async listen(channel: string, onNotify: (payload: string) => void, gap: Gap = {}): Promise<Subscription> {
    this.#ended.signal.throwIfAborted();
    const subscriber: Subscriber = { onNotify, ...gap };
    const subscribers = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscribers.add(subscriber));
    try {
      await this.#reconnecting;
      await (await this.#connected()).query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      if (this.#reconnecting === null) {
        this.#forget(channel, subscriber);
        throw databaseTrouble(error) ?? error;
      }
      // Lost just now: whoever makes it again listens to this channel with the others.
      await this.#reconnecting;
    }
    return { [Symbol.asyncDispose]: () => this.#leave(channel, subscriber) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Error("the database is closed"));
    await this.#reconnecting?.catch(() => undefined);
    const client = await this.#client?.catch(() => null);
    await client?.end().catch(() => undefined);
  }

  async #leave(channel: string, subscriber: Subscriber): Promise<void> {
    if (!this.#forget(channel, subscriber) || this.#reconnecting || this.#ended.signal.aborted) return;
    const client = await this.#client;
    // A connection that is lost listens to nothing.
    await client?.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
  }

  /** True when nobody is left who listens to it. */
  #forget(channel: string, subscriber: Subscriber): boolean {
    const subscribers = this.#channels.get(channel);
    if (!subscribers?.delete(subscriber) || subscribers.size > 0) return false;
    return this.#channels.delete(channel);
  }

  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = null;
      throw error;
    });
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#config);
    let isUp = false;
    let ping: NodeJS.Timeout | undefined;
    const lost = (error?: Error) => {
      clearInterval(ping);
      if (!isUp || this.#ended.signal.aborted) return;
      isUp = false;
      client.end().catch(() => undefined);
      this.#reconnecting ??= this.#reconnect(error).finally(() => {
        this.#reconnecting = null;
      });
      // Whoever waits for it hears of it; with nobody waiting it only ends when all is closed.
      this.#reconnecting.catch(() => undefined);
    };
    client.on("error", lost);
    client.on("end", () => lost());
    client.on("notification", ({ channel, payload = "" }) => this.#tell(channel, payload));
    try {
      await client.connect();
      for (const channel of this.#channels.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      client.end().catch(() => undefined);
      throw databaseTrouble(error) ?? error;
    }
    isUp = true;
    ping = setInterval(() => client.query("select 1").catch(lost), PING_MS).unref();
    return client;
  }

  async #reconnect(error?: Error): Promise<void> {
    const { signal } = this.#ended;
    this.#log.warn({ err: error }, "notifications of the database are interrupted");
    this.#client = null;
    for (const subscriber of this.#subscribers()) this.#guard(() => subscriber.onLost?.());
    for (let pause = 100; ; pause = Math.min(pause * 2, 5_000)) {
      await sleep(pause * (0.5 + Math.random()), undefined, { signal });
      try {
        await this.#connected();
        break;
      } catch (cause) {
        this.#log.debug({ err: cause }, "notifications of the database are still interrupted");
      }
    }
    this.#log.info("notifications of the database are back");
    for (const subscriber of this.#subscribers()) this.#guard(() => subscriber.onReconnect?.());
  }

  #subscribers(): readonly Subscriber[] {
    return [...this.#channels.values()].flatMap((subscribers) => [...subscribers]);
  }

  #tell(channel: string, payload: string): void {
    for (const subscriber of this.#channels.get(channel) ?? []) this.#guard(() => subscriber.onNotify(payload));
  }

  /** One subscriber's fault is not the others'. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#log.error({ err: error }, "whoever listens to the database has failed");
    }
  }
}
