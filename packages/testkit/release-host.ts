import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Exchange, type RecordedRequest } from "./exchange.ts";
import { type Fault, FaultPlan } from "./fault.ts";
import { findFile } from "./static-file.ts";

export type { RecordedRequest } from "./exchange.ts";

export interface ReleaseHostOptions {
  /** The folder that is served. */
  root: string;
  /** Default: any free port. */
  port?: number;
  /** How fast files above 64 kB are sent; without it as fast as it goes. */
  bytesPerSecond?: number;
}

/** A static web server on 127.0.0.1 with conditional and range requests, which does wrong whatever a test wants it to. */
export class ReleaseHost implements AsyncDisposable {
  readonly requests: RecordedRequest[] = [];
  bytesPerSecond: number | undefined;
  readonly #root: string;
  readonly #server: Server;
  readonly #faults = new FaultPlan();
  #answers = 0;

  private constructor({ root, bytesPerSecond }: ReleaseHostOptions) {
    this.#root = root;
    this.bytesPerSecond = bytesPerSecond;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(options: ReleaseHostOptions): Promise<ReleaseHost> {
    const host = new ReleaseHost(options);
    await new Promise<void>((resolve, reject) => {
      host.#server.once("error", reject);
      host.#server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return host;
  }

  /** Its address, without a slash at the end. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /**
   * From now on requests below `prefix` go wrong, for so many `times` (default: until `heal`). Several faults of a
   * prefix take turns: the second begins when the first is used up.
   */
  fault(prefix: string, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.add(prefix, fault, times);
  }

  heal(): void {
    this.#faults.clear();
  }

  /** The requests for one path so far, oldest first. */
  requestsTo(path: string): RecordedRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path } = new URL(request.url ?? "/", "http://host");
    const record: RecordedRequest = { method: request.method ?? "", path, headers: request.headers, status: null };
    this.requests.push(record);
    const exchange = new Exchange(request, response, record);
    try {
      if (request.method !== "GET" && request.method !== "HEAD") return exchange.end(405, { allow: "GET, HEAD" });
      const taken = this.#faults.take(path);
      if (taken && (await exchange.goWrongAtOnce(taken.fault, path, taken.prefix))) return;
      const file = await findFile(this.#root, decodeURIComponent(path));
      if (!file) return exchange.end(404, { "content-type": "text/plain" }, "Not found\n");
      await exchange.send(file, taken?.fault ?? null, { answer: ++this.#answers, bytesPerSecond: this.bytesPerSecond });
    } catch (error) {
      // A client that goes away is no trouble of the host; what else went wrong shows as a broken answer.
      response.destroy(error instanceof Error ? error : undefined);
    }
  }
}
