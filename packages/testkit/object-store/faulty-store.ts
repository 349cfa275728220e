import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type StoreFault, StoreFaultPlan, type StoreRequest } from "./fault.ts";

export interface FaultyStoreOptions {
  /** Address of the store behind it. */
  target: string;
  /** Default: any free one. */
  port?: number;
}

/** In front of an object store: passes everything on, and does wrong whatever a test wants it to. */
export class FaultyStore implements AsyncDisposable {
  /** So far, oldest first; status null: none was sent. */
  readonly requests: (StoreRequest & { status: number | null })[] = [];
  readonly #target: string;
  readonly #server: Server;
  readonly #faults = new StoreFaultPlan();

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start({ target, port = 0 }: FaultyStoreOptions): Promise<FaultyStore> {
    const store = new FaultyStore(target);
    await new Promise<void>((resolve, reject) => {
      store.#server.once("error", reject);
      store.#server.listen(port, "127.0.0.1", resolve);
    });
    return store;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** From now on so many requests that fit go wrong (default: until `heal`). `which`: a method, or a look at the request. */
  fault(
    which: string | ((request: StoreRequest) => boolean),
    fault: StoreFault,
    times = Number.POSITIVE_INFINITY,
  ): void {
    this.#faults.add(typeof which === "string" ? ({ method }) => method === which : which, fault, times);
  }

  heal(): void {
    this.#faults.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path } = new URL(request.url ?? "/", "http://store");
    const record: (typeof this.requests)[number] = { method: request.method ?? "", path, status: null };
    this.requests.push(record);
    response.once("close", () => {
      record.status = response.headersSent ? response.statusCode : null;
    });
    try {
      const fault = this.#faults.take(record);
      if (fault && (await goneWrong(fault, request, response))) return;
      await this.#passOn(request, response, fault);
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined);
    }
  }

  async #passOn(request: IncomingMessage, response: ServerResponse, fault: StoreFault | null): Promise<void> {
    const { method, headers } = request;
    const onward = httpRequest(`${this.#target}${request.url}`, { method, headers, agent: false });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      onward.once("response", resolve).once("error", reject);
    });
    answered.catch(() => undefined);
    response.once("close", () => onward.destroy());
    await pipeline(request, through(fault?.kind === "alter" && method === "PUT" ? fault : null, response), onward);
    const answer = await answered;
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, through(method === "GET" ? fault : null, response), response);
  }
}

/** What needs no store. False where there is more to do. */
async function goneWrong(fault: StoreFault, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case "reset":
      request.socket.destroy();
      return true;
    case "hang":
      request.resume();
      return true;
    case "lose":
      for await (const _ of request);
      response.writeHead(200, { etag: '"00000000000000000000000000000000"', "content-length": "0" }).end();
      return true;
    case "status": {
      for await (const _ of request);
      const { status, code = "InternalError" } = fault;
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
      response.writeHead(status, { "content-type": "application/xml", "content-length": body.length }).end(body);
      return true;
    }
    default:
      return false;
  }
}

function through(fault: StoreFault | null, response: ServerResponse): Transform {
  let at = 0;
  return new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      const before = at;
      at += chunk.length;
      if (fault?.kind === "alter" && before === 0) chunk.writeUInt8(chunk.readUInt8(0) ^ 1, 0);
      if (fault?.kind === "slow") await trickle(chunk, fault.bytesPerSecond, (part) => this.push(part), response);
      else if (fault?.kind === "cut" && at > fault.after) {
        this.push(chunk.subarray(0, Math.max(0, fault.after - before)));
        // What a client hasn't read when a connection breaks it may never see.
        await sleep(20);
        response.destroy();
      } else this.push(chunk);
      done();
    },
  });
}

async function trickle(
  chunk: Buffer,
  bytesPerSecond: number,
  push: (part: Buffer) => void,
  response: ServerResponse,
): Promise<void> {
  const step = Math.max(1, Math.ceil(bytesPerSecond / 20));
  for (let at = 0; at < chunk.length && !response.destroyed; at += step) {
    push(chunk.subarray(at, at + step));
    await sleep(50);
  }
}
