import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { createGunzip } from "node:zlib";

/** The headers of an answer, by name in any case; null for one that isn't there. */
export interface AnswerHeaders {
  get(name: string): string | null;
}

/** A host's answer whose body is still to be read. */
export interface Answer {
  status: number;
  headers: AnswerHeaders;
  body: IncomingMessage;
}

export interface Asking {
  /** Default: a GET. */
  method?: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/**
 * One request, no redirect followed. By node:http and not by fetch(): on a small device the memory fetch() takes is a good
 * part of what an update may have. Rejects with the system's error.
 */
export function ask(url: URL, { method = "GET", headers, body, signal }: Asking): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const begin = url.protocol === "https:" ? requestHttps : requestHttp;
    const request = begin(url, { method, headers, signal }, (answered) => {
      // Without a listener an answer that breaks off before it is read would end the process.
      answered.on("error", () => undefined);
      resolve({ status: answered.statusCode ?? 0, headers: headersOf(answered), body: answered });
    });
    request.on("error", reject);
    // After a 101 nobody asked for there is neither an answer nor an error, only this; after either it is too late to matter.
    request.on("close", () => reject(new Error("the connection was closed without an answer")));
    request.end(body);
  });
}

/** The body's chunks, decompressed if the host compressed them on its way. Throws the system's error when it breaks off. */
export async function* chunksOf({ body, headers }: Answer): AsyncGenerator<Uint8Array> {
  if (headers.get("content-encoding") !== "gzip") return yield* body;
  const gunzip = createGunzip();
  body.on("error", (error) => gunzip.destroy(error));
  yield* body.pipe(gunzip);
}

/** Lets go of a body that isn't wanted, so that its connection doesn't stay open. */
export function drop({ body }: Answer): void {
  body.destroy();
}

function headersOf({ headers }: IncomingMessage): AnswerHeaders {
  return {
    get: (name) => {
      const value = headers[name.toLowerCase()];
      return value === undefined ? null : String(value);
    },
  };
}
