import { chmod, chown } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { BuildError } from "../../builders/types.ts";
import { FetchCache } from "./cache.ts";
import { Allowance, DEFAULT_LIMITS, type ProxyLimits } from "./limits.ts";
import { insideUrl } from "./routes.ts";
import { Serving } from "./serving.ts";
import { shortPath } from "./short-path.ts";
import { Troubles } from "./troubles.ts";
import type { FetchFailure, FetchProxy, FetchProxyPlace, ProxyLog, ProxyRoute } from "./types.ts";

export interface FetchProxyOptions extends FetchProxyPlace {
  /** Kept between builds and shared by processes; null keeps nothing. */
  cacheDir: string | null;
  limits?: Partial<ProxyLimits>;
  log: ProxyLog;
  /** Ends what is under way, as disposal does. */
  signal: AbortSignal;
  now?: () => Date;
  /** Is told of each failure, before whoever asked is. */
  failed?(failure: FetchFailure): void;
}

/** Package managers use one or two. */
const MOST_CONNECTIONS = 64;
/** What is noted of a build that asks for what doesn't exist, again and again. */
const MOST_FAILURES = 1_000;

/**
 * The only way out of one sandbox: an HTTP server on a unix socket that fetches what lies below its routes, and nothing else.
 * @throws BuildError worker_failed when it can't listen
 */
export async function openFetchProxy(options: FetchProxyOptions): Promise<FetchProxy> {
  const { socketPath, user, signal } = options;
  signal.throwIfAborted();
  const proxy = new ListeningProxy(options);
  try {
    await proxy.listen();
    await chmod(socketPath, 0o600);
    if (user) await chown(socketPath, user.uid, user.gid);
    return proxy;
  } catch (cause) {
    await proxy[Symbol.asyncDispose]();
    throw new BuildError("worker_failed", "The worker can't open a way to the mirror for its build.", { cause });
  }
}

class ListeningProxy implements FetchProxy {
  readonly socket: string;
  readonly failures: FetchFailure[] = [];
  readonly #routes: readonly ProxyRoute[];
  readonly #cache: FetchCache | null;
  readonly #log: ProxyLog;
  readonly #told: (failure: FetchFailure) => void;
  readonly #serving: Serving;
  readonly #server: Server;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #bound = new AsyncDisposableStack();

  constructor(options: FetchProxyOptions) {
    const { routes, socketPath, cacheDir, limits: given, log, signal, now = () => new Date() } = options;
    const limits = { ...DEFAULT_LIMITS, ...given };
    this.socket = socketPath;
    this.#routes = routes;
    this.#log = log;
    this.#told = options.failed ?? (() => undefined);
    this.#cache = cacheDir === null ? null : new FetchCache(cacheDir, limits.cacheBytes, this.#log);
    this.#signal = AbortSignal.any([signal, this.#end.signal]);
    this.#serving = new Serving({
      routes,
      limits,
      allowance: new Allowance(limits),
      cache: this.#cache,
      troubles: new Troubles(),
      failed: (failure) => this.#failed(failure),
      log: this.#log,
      now,
    });
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  async listen(): Promise<void> {
    const { path } = this.#bound.use(await shortPath(this.socket));
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, resolve);
    });
  }

  insideUrl(url: string, port?: number): string | null {
    return insideUrl(this.#routes, url, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    // Its socket is removed by the name that it was bound to.
    await this.#bound[Symbol.asyncDispose]();
    await this.#cache?.finish();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      await this.#serving.answer(request, response, AbortSignal.any([this.#signal, gone.signal]));
    } catch (error) {
      if (!this.#signal.aborted && !gone.signal.aborted)
        this.#log.error({ err: error, url: request.url }, "a fetch failed");
      response.destroy();
    }
  }

  #failed(failure: FetchFailure): void {
    if (this.failures.length >= MOST_FAILURES) return;
    this.failures.push(failure);
    this.#told(failure);
  }
}
