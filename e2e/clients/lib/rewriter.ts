import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

const ANSWER_WITHIN_MS = 60_000;
/** Said by each node for its own connection. */
const OF_THE_CONNECTION = ["connection", "keep-alive", "transfer-encoding"];

/** An answer on its way, unpacked. A rewriting changes it in place. */
export interface RewritableAnswer {
  status: number;
  /**
   * Names in small letters, without Content-Length: it becomes what the body is long, unless the rewriting sets it, or sends it in
   * chunks (Transfer-Encoding).
   */
  headers: Map<string, string>;
  body: Buffer;
}

export interface Rewriting {
  /** Which answers, by method and path with query: a beginning such as `GET /json/v1/`, or a pattern. */
  of: string | RegExp;
  rewrite(answer: RewritableAnswer): void;
}

/**
 * Stands on loopback between a client and the real server, and rewrites answers on their way. Requests go on as they came,
 * Host and framing included.
 */
export class Rewriter implements AsyncDisposable {
  /** Where clients ask, without a slash at the end. */
  readonly url: string;
  readonly #server: Server;
  readonly #target: string;
  #rewriting: Rewriting | null = null;
  #rewritten = 0;

  static async start(target: string): Promise<Rewriter> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Rewriter(server, target);
  }

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#target = target;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => void this.#pass(request, response));
  }

  /** Rewrites while `work` runs, whatever becomes of it. Tells how many answers were changed. */
  async during(rewriting: Rewriting, work: () => Promise<unknown>): Promise<{ rewritten: number; error: unknown }> {
    this.#rewriting = rewriting;
    this.#rewritten = 0;
    let error: unknown;
    try {
      await work();
    } catch (thrown) {
      error = thrown;
    }
    this.#rewriting = null;
    return { rewritten: this.#rewritten, error };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await ask(this.#target, request);
      const rewriting = this.#rewriting;
      if (rewriting !== null && fits(rewriting.of, `${request.method} ${request.url}`)) {
        if (rewriteWith(rewriting, answer)) this.#rewritten++;
      }
      await send(response, answer);
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined);
    }
  }
}

async function ask(target: string, request: IncomingMessage): Promise<RewritableAnswer> {
  const { method, url: path, headers } = request;
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const sent = httpRequest(target, { method, path, headers, agent: false, signal });
  const answered = once(sent, "response");
  request.pipe(sent);
  const [received] = (await answered) as [IncomingMessage];
  const answer: RewritableAnswer = {
    status: received.statusCode ?? 0,
    headers: new Map(),
    body: await buffer(received),
  };
  for (const [name, values] of Object.entries(received.headersDistinct)) {
    if (values && !OF_THE_CONNECTION.includes(name)) answer.headers.set(name, values.join(", "));
  }
  return answer;
}

function fits(of: string | RegExp, asked: string): boolean {
  return typeof of === "string" ? asked.startsWith(of) : of.test(asked);
}

/** Whether it changed anything. */
function rewriteWith({ rewrite }: Rewriting, answer: RewritableAnswer): boolean {
  unpack(answer);
  const before = wordsOf(answer);
  const { body, headers } = answer;
  const length = headers.get("content-length");
  headers.delete("content-length");
  rewrite(answer);
  if (!headers.has("content-length") && !headers.has("transfer-encoding") && length !== undefined) {
    // Of a HEAD, the length says more than the body that isn't there.
    headers.set("content-length", answer.body.equals(body) ? length : String(answer.body.length));
  }
  return wordsOf(answer) !== before;
}

function unpack(answer: RewritableAnswer): void {
  const coding = answer.headers.get("content-encoding");
  if (coding === undefined || answer.body.length === 0) return;
  answer.body = coding === "br" ? brotliDecompressSync(answer.body) : gunzipSync(answer.body);
  answer.headers.delete("content-encoding");
  answer.headers.set("content-length", String(answer.body.length));
}

function wordsOf({ status, headers, body }: RewritableAnswer): string {
  return JSON.stringify([status, [...headers].sort(), body.toString("latin1")]);
}

/** A length that is too great ends in a connection that is cut, as a proxy's does. */
async function send(response: ServerResponse, { status, headers, body }: RewritableAnswer): Promise<void> {
  response.writeHead(status, Object.fromEntries(headers));
  const told = Number(headers.get("content-length") ?? body.length);
  const isCut = body.length > 0 && told > body.length;
  response.end(body, () => {
    if (isCut) response.destroy();
  });
}
