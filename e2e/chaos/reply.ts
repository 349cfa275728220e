import { type IncomingHttpHeaders, request } from "node:http";

export interface Question {
  method: "GET" | "POST";
  /** With the address. */
  url: string;
  /** As JSON. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** No image here is longer. */
const MOST_BYTES = 16 * 1024 * 1024;
/** In milliseconds; a server that finds its database gone may think for some seconds. */
const HANGS_AFTER = 30_000;

/** One request on a connection of its own, as a router asks. @throws what the connection says, or that nothing comes */
export function ask({ method, url, body, headers }: Question, signal: AbortSignal): Promise<Reply> {
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const own = sent ? { "content-type": "application/json", "content-length": String(sent.length) } : {};
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      { method, agent: false, signal, timeout: HANGS_AFTER, headers: { ...own, ...headers, connection: "close" } },
      (incoming) => {
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > MOST_BYTES) asking.destroy(new Error(`${url} is too long`));
        });
        incoming.on("error", reject);
        incoming.on("end", () => {
          if (incoming.complete)
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
        });
        incoming.on("close", () => reject(new Error(`${url}: the answer was cut`)));
      },
    );
    asking.on("timeout", () => asking.destroy(new Error(`${method} ${url} hangs`)));
    asking.on("error", reject);
    asking.end(sent);
  });
}

/** Of an answer that is an object; an empty one otherwise. */
export function jsonOf({ body }: Reply): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
