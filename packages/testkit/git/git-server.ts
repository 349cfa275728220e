import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Exchange, type RecordedRequest } from "../exchange.ts";
import { type Fault, FaultPlan } from "../fault.ts";
import { TempDir } from "../temp-dir.ts";
import { GitRepository } from "./git-repository.ts";

export interface GitServerOptions {
  /** `user:password`; without it, it asks nobody who they are. */
  credentials?: string;
  /** Speaks only git's first protocol, which serves nothing but the ends of branches and tags. */
  isOld?: boolean;
  port?: number;
  /** Where the repositories lie, and stay; default: a temporary folder. */
  dir?: string;
}

export interface GitRequest extends RecordedRequest {
  query: string;
  /** Bytes of the answer's body that were sent. */
  sent: number;
}

/** Git repositories over smart HTTP on 127.0.0.1, at `<url>/<name>.git`, answered by git's own http-backend. */
export class GitServer implements AsyncDisposable {
  readonly requests: GitRequest[] = [];
  credentials: string | null;
  /** How fast answers are sent; null: as fast as it goes. */
  bytesPerSecond: number | null = null;
  isOld: boolean;
  readonly #dir: string;
  readonly #temporary: TempDir | null;
  readonly #server: Server;
  readonly #port: number;
  readonly #faults = new FaultPlan();

  private constructor(dir: string, temporary: TempDir | null, server: Server, options: GitServerOptions) {
    this.#dir = dir;
    this.#temporary = temporary;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.credentials = options.credentials ?? null;
    this.isOld = options.isOld ?? false;
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  static async start(options: GitServerOptions = {}): Promise<GitServer> {
    const server = createServer();
    await listen(server, options.port ?? 0);
    const temporary = options.dir === undefined ? await TempDir.create("pawl-git-") : null;
    return new GitServer(options.dir ?? temporary?.path ?? "", temporary, server, options);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A new repository at `<url>/<name>.git`; a name may have slashes. */
  create(name: string): Promise<GitRepository> {
    return GitRepository.create(join(this.#dir, `${name}.git`));
  }

  /** Where a repository lies on this machine, which is a file:// remote too. */
  pathOf(name: string): string {
    return join(this.#dir, `${name}.git`);
  }

  /** As a ReleaseHost's; `truncate` counts the bytes of the answer's body. A prefix may go into the query. */
  fault(prefix: string, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.add(prefix, fault, times);
  }

  heal(): void {
    this.#faults.clear();
  }

  /** Connections are refused until `comeBack`. */
  async goAway(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Answers again, at the same address. */
  async comeBack(): Promise<void> {
    await listen(this.#server, this.#port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.goAway();
    await this.#temporary?.[Symbol.asyncDispose]();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? "/", this.url);
    const { method = "", headers } = request;
    const record: GitRequest = { method, path: pathname, query: search, headers, status: null, sent: 0 };
    this.requests.push(record);
    const exchange = new Exchange(request, response, record);
    try {
      const taken = this.#faults.take(pathname + search);
      if (taken && (await exchange.goWrongAtOnce(taken.fault, pathname + search, taken.prefix))) return;
      const wanted = this.credentials;
      if (wanted !== null && headers.authorization !== `Basic ${Buffer.from(wanted).toString("base64")}`) {
        return exchange.end(401, { "www-authenticate": 'Basic realm="git"' }, "Who are you?\n");
      }
      const limit = taken?.fault.kind === "truncate" ? taken.fault.after : Number.POSITIVE_INFINITY;
      await this.#backend(request, response, record, limit);
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined);
    }
  }

  /** RFC 3875 (CGI), as far as http-backend uses it. */
  async #backend(request: IncomingMessage, response: ServerResponse, record: GitRequest, limit: number): Promise<void> {
    const { headers } = request;
    const child = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env.PATH,
        HOME: "/nonexistent",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_PROJECT_ROOT: this.#dir,
        GIT_HTTP_EXPORT_ALL: "1",
        REQUEST_METHOD: record.method,
        PATH_INFO: decodeURIComponent(record.path),
        QUERY_STRING: record.query.slice(1),
        REMOTE_ADDR: "127.0.0.1",
        CONTENT_TYPE: headers["content-type"] ?? "",
        ...(headers["content-length"] === undefined ? {} : { CONTENT_LENGTH: headers["content-length"] }),
        ...(headers["content-encoding"] === undefined ? {} : { HTTP_CONTENT_ENCODING: headers["content-encoding"] }),
        ...(this.isOld ? {} : { GIT_PROTOCOL: String(headers["git-protocol"] ?? "") }),
      },
      stdio: ["pipe", "pipe", "ignore"],
    });
    const gone = () => child.kill();
    response.once("close", gone);
    request.pipe(child.stdin).on("error", () => undefined);
    let head = Buffer.alloc(0);
    let isBody = false;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      let body = chunk;
      if (!isBody) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) continue;
        isBody = true;
        body = head.subarray(end + 4);
        record.status = sendHead(response, head.subarray(0, end).toString("latin1"));
      }
      const part = body.subarray(0, limit - record.sent);
      record.sent += part.length;
      if (part.length > 0 && !response.write(part)) await drained(response);
      if (this.bytesPerSecond !== null) await sleep((part.length / this.bytesPerSecond) * 1000);
      if (part.length < body.length) {
        // What was written so far is to arrive before the connection breaks.
        await new Promise<void>((resolve) => response.write("", () => resolve()));
        response.destroy();
        return;
      }
    }
    if (!isBody) record.status = sendHead(response, "Status: 500 Internal Server Error");
    response.end();
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function sendHead(response: ServerResponse, text: string): number {
  let status = 200;
  const headers: Record<string, string> = {};
  for (const line of text.split("\r\n")) {
    const [name = "", value = ""] = line.split(/:\s*/, 2);
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else headers[name.toLowerCase()] = line.slice(line.indexOf(":") + 1).trim();
  }
  response.writeHead(status, headers);
  return status;
}

function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.reject(new Error("the client has gone"));
  return new Promise((resolve) => {
    const go = () => {
      response.off("drain", go).off("close", go);
      resolve();
    };
    response.once("drain", go).once("close", go);
  });
}
