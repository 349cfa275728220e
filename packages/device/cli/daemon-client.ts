import { type IncomingMessage, request } from "node:http";
import { type ErrorAnswer, FAILURE_CODES, type FailureCode } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { parseAddress } from "../listen-address.ts";
import { NoDaemon } from "./no-daemon.ts";

/** An answer of our own daemon is never longer, in bytes. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Longer than the daemon itself takes for any answer: a cancel waits 10 s to see what came of it. */
const ANSWER_WITHIN_MS = 30_000;
/** Where one finds a daemon that listens on every interface. */
const ANYWHERE: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Talks to the daemon of this device, over its port or its unix socket. */
export class DaemonClient {
  readonly #where: { socketPath: string } | { host: string; port: number };
  readonly #token: string | null;
  readonly #signal: AbortSignal;

  /** @param signal ends calls that have no signal of their own */
  constructor(listen: string, token: string | null, signal: AbortSignal) {
    this.#token = token;
    this.#signal = signal;
    const address = parseAddress(listen);
    if (address.kind === "unix") this.#where = { socketPath: address.path };
    else this.#where = { host: ANYWHERE[address.host] ?? address.host, port: address.port };
  }

  /** The answer to a call. Throws UpdateError as the daemon worded it, NoDaemon when nobody answers, or the signal's reason. */
  async call<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
    const answer: ({ success: true } & T) | ErrorAnswer = parse(await this.#answer(method, path, body));
    if (answer.success !== true) throw refusalOf(answer);
    return answer;
  }

  /** What an answer to `open` that isn't the stream says. */
  async refusal(response: IncomingMessage): Promise<UpdateError> {
    return refusalOf(parse(await readAll(response)));
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
      outgoing.once("error", (cause) => reject(new NoDaemon(cause)));
      outgoing.end(payload);
    });
  }

  async #answer(method: string, path: string, body: object | undefined): Promise<string> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    try {
      return await readAll(await this.open(method, path, {}, signal, body));
    } catch (error) {
      this.#signal.throwIfAborted();
      throw error instanceof UpdateError ? error : new NoDaemon(error);
    }
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

function parse<T>(text: string): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UpdateError("internal", "Something else than Pawl answers at its address.", { cause });
  }
}

function refusalOf(answer: Partial<ErrorAnswer>): UpdateError {
  return new UpdateError(codeOf(answer), answer.error ?? "The daemon refused without a reason.");
}

function codeOf(answer: Partial<ErrorAnswer>): FailureCode {
  return FAILURE_CODES.find((code) => code === answer.code) ?? "internal";
}
