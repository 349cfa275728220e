import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server on 127.0.0.1 whose files are in memory and can be changed, with ETags; a path may have a handler instead. */
export class FileHost implements AsyncDisposable {
  /** Path → what is there. */
  readonly files = new Map<string, string | Uint8Array | Handler>();
  /** `<status> <path>` of each answer by a file, oldest first. */
  readonly answers: string[] = [];
  connections = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on("connection", () => this.connections++);
  }

  static async start(files: Record<string, string | Uint8Array | Handler> = {}): Promise<FileHost> {
    const host = new FileHost();
    for (const [path, file] of Object.entries(files)) host.files.set(path, file);
    await new Promise<void>((resolve) => host.#server.listen(0, "127.0.0.1", resolve));
    return host;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The answers since the last call. */
  takeAnswers(): string[] {
    return this.answers.splice(0);
  }

  /** Closes connections that wait for a next request, as servers do after a while. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "/";
    const file = this.files.get(path);
    if (typeof file === "function") {
      file(request, response);
      return;
    }
    const etag = file && `"${createHash("sha256").update(file).digest("hex").slice(0, 16)}"`;
    const status = !file ? 404 : request.headers["if-none-match"] === etag ? 304 : 200;
    this.answers.push(`${status} ${path}`);
    response.writeHead(status, etag ? { etag } : {}).end(status === 200 ? file : "");
  }
}
