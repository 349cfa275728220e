import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Appliance } from "@pawl/testkit";

/** True when it has answered, or never will; otherwise the right answer is given. `n` counts the requests for that path from 1. */
export type Answer = (asked: IncomingMessage, answer: ServerResponse, n: number) => boolean | Promise<boolean>;

/** Stands between a device and its release host, and answers in its place whatever a test wants it to. */
export class WaywardHost implements AsyncDisposable {
  readonly #server: Server;
  readonly #behind: string;
  #asked = new Map<string, number>();
  #answer: Answer = () => false;

  private constructor(behind: string) {
    this.#behind = behind;
    this.#server = createServer((asked, answer) => void this.#serve(asked, answer));
  }

  /** Starts one, and has `pawl.yaml` name it in the host's place. */
  static async before(appliance: Appliance): Promise<WaywardHost> {
    const host = new WaywardHost(appliance.host.url);
    await new Promise<void>((resolve) => host.#server.listen(0, "127.0.0.1", resolve));
    await appliance.changeConfig((text) => text.replaceAll(appliance.host.url, host.url));
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on; the requests of each path are counted anew. */
  answerWith(answer: Answer): void {
    this.#asked = new Map();
    this.#answer = answer;
  }

  heal(): void {
    this.answerWith(() => false);
  }

  /** How often a path was asked for since then. */
  askedFor(path: string): number {
    return this.#asked.get(path) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { url: path = "/", method, headers } = asked;
    const n = this.askedFor(path) + 1;
    this.#asked.set(path, n);
    answer.on("error", () => undefined);
    if (await this.#answer(asked, answer, n)) return;
    const right = request(`${this.#behind}${path}`, { method, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 500, found.headers);
      found.pipe(answer);
    });
    right.on("error", () => answer.destroy());
    right.end();
  }
}
