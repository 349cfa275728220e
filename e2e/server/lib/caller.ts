import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";

export interface Call {
  method?: string;
  /** As it goes out: whatever is in it has to be encoded. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** Without saying how long the body is. */
  chunked?: boolean;
}

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Of the body. */
  bytes: number;
  /** Undefined where the answer isn't JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at field by field by those who expect something of it.
  json: any;
  ms: number;
}

/** No answer of the server's may take longer, whatever was asked, in milliseconds. */
const HANGS_MS = 15_000;

/** A client with a few connections that stay open. Knows no redirects, cookies or encodings; sees what came. */
export class Caller implements Disposable {
  readonly #url: URL;
  readonly #agent: Agent;

  constructor(url: string, connections = 8) {
    this.#url = new URL(url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answered> {
    return this.call({ path, headers });
  }

  /** `body` as JSON, unless it is bytes or text already. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const sent = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return this.call({ method: "POST", path, body: sent, headers: { "content-type": "application/json", ...headers } });
  }

  /** @throws what the connection says, and after 15 s that the server hangs */
  call({ method = "GET", path, headers = {}, body, chunked = false }: Call): Promise<Answered> {
    const begun = performance.now();
    // Said here, since Node says nothing of a body that comes with a GET.
    const length: Record<string, string> =
      body === undefined
        ? {}
        : chunked
          ? { "transfer-encoding": "chunked" }
          : { "content-length": String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#url;
      const sent = request(
        { hostname, port, method, path, headers: { ...length, ...headers }, agent: this.#agent, timeout: HANGS_MS },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () => {
            const { statusCode: status = 0, headers } = incoming;
            resolve({ status, headers, ...read(headers, Buffer.concat(chunks)), ms: performance.now() - begun });
          });
        },
      );
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${path} hangs`)));
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** Bytes as they are, and all that comes back until the server ends the connection. @throws when it doesn't in 15 s */
  raw(...pieces: (string | Buffer)[]): Promise<string> {
    const { hostname, port } = this.#url;
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      const chunks: Buffer[] = [];
      socket.setTimeout(HANGS_MS, () => socket.destroy(new Error("the server keeps the connection")));
      socket.on("data", (chunk) => chunks.push(chunk));
      // Who is refused in the middle of sending may learn it by a reset.
      socket.on("error", (error: NodeJS.ErrnoException) =>
        error.code === "ECONNRESET" || error.code === "EPIPE" ? undefined : reject(error),
      );
      socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
      for (const piece of pieces) socket.write(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

function read(headers: IncomingHttpHeaders, bytes: Buffer): Pick<Answered, "text" | "bytes" | "json"> {
  const { length } = bytes;
  // Compressed ones are looked at by their headers only.
  if (headers["content-encoding"] !== undefined)
    return { text: bytes.toString("latin1"), bytes: length, json: undefined };
  const text = bytes.toString();
  const isJson = /^application\/json\b/.test(headers["content-type"] ?? "") && text !== "";
  return { text, bytes: length, json: isJson ? JSON.parse(text) : undefined };
}
