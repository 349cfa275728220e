import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { ClientRefuses } from "./client-refuses.ts";

/** Milliseconds for an answer, all of it. */
const ANSWER_WITHIN_MS = 60_000;
/** Bytes. No client has room for more. */
const LONGEST_ANSWER = 20 * 1024 * 1024;

export interface Asking {
  method?: string;
  /** Sent as they are, besides Host. */
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** In chunks and without a length, as libuclient does it. Default: with Content-Length. */
  chunked?: boolean;
}

/** An answer as it came over the wire: nothing is unpacked, nothing followed. */
export interface Answer {
  url: string;
  status: number;
  /** Names in small letters; several of one name are joined. */
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

/**
 * One request on a connection of its own. A body that ends before its Content-Length is refused.
 * @throws ClientRefuses when no whole answer comes
 */
export async function exchange(url: string, { method = "GET", headers = {}, body, chunked }: Asking): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const length = body !== undefined && !chunked ? { "content-length": String(Buffer.byteLength(body)) } : {};
  const framing = body !== undefined && chunked ? { "transfer-encoding": "chunked" } : length;
  try {
    const sent = httpRequest(url, { method, headers: { ...headers, ...framing }, agent: false, signal });
    const answered = once(sent, "response");
    sendBody(sent, body, chunked ?? false);
    const [response] = (await answered) as [IncomingMessage];
    const received = await readAll(response);
    return { url, status: response.statusCode ?? 0, headers: headersOf(response), body: received };
  } catch (error) {
    if (error instanceof ClientRefuses) throw error;
    throw new ClientRefuses(`no whole answer to ${method} ${new URL(url).pathname}: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

function sendBody(sent: ClientRequest, body: string | undefined, chunked: boolean): void {
  if (body === undefined || !chunked) {
    sent.end(body);
    return;
  }
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 256) sent.write(bytes.subarray(at, at + 256));
  sent.end();
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    parts.push(part);
    length += part.length;
    if (length > LONGEST_ANSWER) throw new ClientRefuses("the answer is longer than there is room for");
  }
  return Buffer.concat(parts);
}

function headersOf(response: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    if (values) headers.set(name.toLowerCase(), values.join(", "));
  }
  return headers;
}

function wordsOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE") return "it ended before its length";
  return error instanceof Error ? error.message : String(error);
}
