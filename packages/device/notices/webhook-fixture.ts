import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Posted {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** Answers one request; without an answer it hangs. */
export type Answering = (posted: Posted, response: ServerResponse) => void;

/** Somebody's webhook on this machine: it keeps what it is sent, and answers as the test wants. */
export class WebhookServer implements AsyncDisposable {
  readonly posted: Posted[] = [];
  answer: Answering;
  readonly #server: Server;

  private constructor(answer: Answering) {
    this.answer = answer;
    this.#server = createServer(async (request, response) => {
      const { method = "", url: path = "", headers } = request;
      const posted = { method, path, headers, body: await text(request) };
      this.posted.push(posted);
      this.answer(posted, response);
    });
  }

  static async start(answer: Answering = answering(204)): Promise<WebhookServer> {
    const server = new WebhookServer(answer);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The keys of what it was told. */
  get keys(): string[] {
    return this.posted.map(({ body }) => JSON.parse(body).key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** An answer without a body. */
export function answering(status: number, headers: Record<string, string> = {}): Answering {
  return (_, response) => void response.writeHead(status, headers).end();
}
