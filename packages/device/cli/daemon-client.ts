import { type IncomingMessage, request } from "node:http";
import { type ErrorAnswer, FAILURE_CODES, type FailureCode } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { parseAddress } from "../listen-address.ts";

/** An answer of our own daemon is never longer, in bytes. */
const MOST_BYTES = 16 * 1024 * 1024;
const ANSWER_WITHIN_MS = 10_000;
/** Where one finds a daemon that listens on every interface. */
const ANYWHERE: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** The daemon can't be reached: it isn't running, or it went away. */
export class NoDaemon extends Error {
  override readonly name = "NoDaemon";
}

/** Talks to the daemon of this device, over its port or its unix socket. */
export class DaemonClient {
  readonly #where: { socketPath: string } | { host: string; port: number };
  readonly #token: string | null;

  constructor(listen: string, token: string | null) {
    this.#token = token;
    const address = parseAddress(listen);
    if (address.kind === "unix") this.#where = { socketPath: address.path };
    else this.#where = { host: ANYWHERE[address.host] ?? address.host, port: address.port };
  }

  /** The answer to a call. Throws UpdateError as the daemon worded it, NoDaemon when nobody answers. */
  async call<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
    const response = await this.open(method, path, {}, AbortSignal.timeout(ANSWER_WITHIN_MS), body);
    const text = await readAll(response);
    let answer: ({ success: true } & T) | ErrorAnswer;
    try {
      answer = JSON.parse(text);
    } catch (cause) {
      throw new UpdateError("internal", "Something else than Pawl answers at its address.", { cause });
    }
    if (answer.success !== true)
      throw new UpdateError(codeOf(answer), answer.error ?? "The daemon refused without a reason.");
    return answer;
  }

  /** The raw answer, for streams. */
  open(
    method: string,
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
    body?: object,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const all = {
      ...headers,
      ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
      ...(payload ? { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) } : {}),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request({ ...this.#where, method, path, headers: all, signal });
      outgoing.once("response", resolve);
      outgoing.once("error", (cause) => reject(new NoDaemon("the daemon doesn't answer", { cause })));
      outgoing.end(payload);
    });
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new UpdateError("too_large", "The daemon's answer is too long.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function codeOf(answer: Partial<ErrorAnswer>): FailureCode {
  return FAILURE_CODES.find((code) => code === answer.code) ?? "internal";
}
