import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { BuildError } from "../../builders/types.ts";
import type { Logger } from "../../log/log.ts";
import { insideUrl } from "./routes.ts";
import type { Order, Report, ThreadSettings } from "./thread.ts";
import type { FetchFailure, FetchProxy, FetchProxyPlace } from "./types.ts";

/** Of the thread's heap, in MB: it holds what is passing through. */
const LARGEST_HEAP_MB = 256;

/**
 * The proxies of all builds of this process, in a thread of their own. Each piece of a package is memory of its own, and every few megabytes
 * of that V8 looks through the whole heap: here that is nearly empty, while the server's holds the catalog. So neither a package waits
 * for that (measured: 40 MB in 0.8 s before, 0.3 s after), nor do those who ask the server meanwhile.
 */
export class ProxyThread implements AsyncDisposable {
  readonly #settings: ThreadSettings;
  readonly #log: Logger;
  readonly #waiting = new Map<number, (report: Report | null) => void>();
  #thread: Worker | null = null;
  #count = 0;

  /** Starts it: the first build doesn't wait for that. */
  constructor(settings: ThreadSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log.child({ part: "proxy" });
    this.#running();
  }

  /**
   * Opens a way to the mirror for one build.
   * @throws BuildError worker_failed when it can't listen; `signal`'s reason
   */
  async open({ signal, ...place }: FetchProxyPlace & { signal: AbortSignal }): Promise<FetchProxy> {
    signal.throwIfAborted();
    const thread = this.#running();
    const id = this.#count++;
    const { port1: failures, port2 } = new MessageChannel();
    // Read when somebody asks, not as they come; and it keeps no process alive.
    failures.unref();
    const opening = this.#answerOf(id);
    thread.postMessage({ kind: "open", id, place, settings: this.#settings, failures: port2 } satisfies Order, [port2]);
    const answer = await opening;
    if (answer?.kind !== "opened") {
      failures.close();
      const cause = answer?.kind === "refused" ? answer.cause : new Error("its thread has ended");
      throw new BuildError("worker_failed", "The worker can't open a way to the mirror for its build.", { cause });
    }
    let closing: Promise<void> | null = null;
    const close = () => (closing ??= this.#close(thread, id));
    if (signal.aborted) void close();
    signal.addEventListener("abort", close, { once: true });
    return new DistantProxy(place, failures, async () => {
      signal.removeEventListener("abort", close);
      await close();
      failures.close();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.terminate();
  }

  async #close(thread: Worker, id: number): Promise<void> {
    // One that has ended took all of its proxies with it.
    if (thread !== this.#thread) return;
    const closed = this.#answerOf(id);
    thread.postMessage({ kind: "close", id } satisfies Order);
    await closed;
  }

  /** Null when the thread ends before it answers. */
  #answerOf(id: number): Promise<Report | null> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #running(): Worker {
    if (this.#thread) return this.#thread;
    const thread = new Worker(new URL("./thread.ts", import.meta.url), {
      name: "pawl proxy",
      resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MB },
    });
    thread.on("message", (report: Report) => this.#heard(report));
    thread.on("error", (err) => this.#log.error({ err }, "the thread that fetches packages has failed"));
    // The next build starts another one; those that used it fail, and are made again.
    thread.on("exit", () => {
      this.#thread = null;
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const resolve of waiting) resolve(null);
    });
    this.#thread = thread;
    return thread;
  }

  #heard(report: Report): void {
    if (report.kind === "log") {
      this.#log[report.level](report.fields, report.text);
      return;
    }
    const resolve = this.#waiting.get(report.id);
    this.#waiting.delete(report.id);
    resolve?.(report);
  }
}

class DistantProxy implements FetchProxy {
  readonly socket: string;
  readonly #routes: FetchProxyPlace["routes"];
  readonly #port: MessagePort;
  readonly #close: () => Promise<void>;
  readonly #failures: FetchFailure[] = [];

  constructor({ socketPath, routes }: FetchProxyPlace, port: MessagePort, close: () => Promise<void>) {
    this.socket = socketPath;
    this.#routes = routes;
    this.#port = port;
    this.#close = close;
  }

  get failures(): readonly FetchFailure[] {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: FetchFailure } | undefined;
      if (received === undefined) return this.#failures;
      this.#failures.push(received.message);
    }
  }

  insideUrl(url: string, port?: number): string | null {
    return insideUrl(this.#routes, url, port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}
