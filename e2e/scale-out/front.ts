import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What of a request is kept, in bytes, to be said again to another server. */
const MOST_KEPT = 2 * 1024 * 1024;
/** How long a server is looked for that answers, and the pause between two rounds, in milliseconds. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/**
 * A reverse proxy, as small as can be: each connection goes to the next server. As long as none of an answer has come, another server is
 * asked instead of one that has gone, with the same words: asking twice for a build is asking once. (nginx does so with
 * `proxy_next_upstream error timeout non_idempotent`.)
 */
export class Front implements AsyncDisposable {
  readonly #server: Server;
  readonly #ports: readonly number[];
  readonly #clients = new Set<Socket>();
  #next = 0;

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#server = createServer({ noDelay: true }, (client) => this.#serve(client));
  }

  /** @param ports of servers on this machine */
  static async start(ports: readonly number[], port = 0): Promise<Front> {
    const front = new Front(ports);
    front.#server.listen(port, "127.0.0.1", 2_048);
    await once(front.#server, "listening");
    return front;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const client of this.#clients) client.destroy();
    await closed;
  }

  #serve(client: Socket): void {
    this.#clients.add(client);
    client.on("close", () => this.#clients.delete(client));
    client.on("error", () => client.destroy());
    const until = performance.now() + PATIENCE_MS;
    /** Null once an answer has begun, or it is too much. */
    let said: Buffer[] | null = [];
    let length = 0;
    let upstream: Socket | null = null;
    client.on("data", (chunk) => {
      length += chunk.length;
      if (said !== null && length > MOST_KEPT) said = null;
      said?.push(chunk);
      if (upstream?.write(chunk) === false) client.pause();
    });

    const ask = (tries: number) => {
      if (client.destroyed) return;
      const port = this.#ports[this.#next++ % this.#ports.length];
      const server = connect({ port: port ?? 0, host: "127.0.0.1", noDelay: true });
      upstream = server;
      for (const chunk of said ?? []) server.write(chunk);
      server.on("drain", () => client.resume());
      server.on("data", (chunk) => {
        said = null;
        if (!client.write(chunk)) server.pause();
      });
      const onDrain = () => server.resume();
      const onGone = () => server.destroy();
      client.on("drain", onDrain);
      client.on("close", onGone);
      server.on("error", () => server.destroy());
      server.on("close", () => {
        client.off("drain", onDrain);
        client.off("close", onGone);
        if (said === null) return void client.end();
        if (performance.now() > until) return void client.end(NOBODY);
        client.resume();
        setTimeout(() => ask(tries + 1), tries % this.#ports.length === 0 ? PAUSE_MS : 0);
      });
    };
    ask(1);
  }
}

const NOBODY = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
