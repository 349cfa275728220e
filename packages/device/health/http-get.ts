import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** A body longer than this is not read to its end, in bytes. */
const MAX_BYTES = 1024 * 1024;

const MAX_REDIRECTS = 3;

export interface Answer {
  status: number;
  /** Null when nobody wanted it, and when it is longer than 1 MB. */
  text: string | null;
}

/**
 * One GET without keep-alive. Follows at most three redirects, and only within the origin: another host is another app.
 * Without `body` it ends with the headers: a page may be a stream that never does.
 */
export async function get(url: URL, { body, signal }: { body: boolean; signal: AbortSignal }): Promise<Answer> {
  let address = url;
  for (let redirects = 0; ; redirects++) {
    const message = await send(address, signal);
    const status = message.statusCode ?? 0;
    const target = redirectTarget(message, address);
    const isLast = !target || redirects === MAX_REDIRECTS;
    if (isLast && body) return { status, text: await read(message) };
    message.destroy();
    if (isLast) return { status, text: null };
    address = target;
  }
}

function send(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      signal,
      agent: false,
      // Where "localhost" is both ::1 and 127.0.0.1, an app may listen on one of them.
      autoSelectFamily: true,
      headers: { accept: "application/json, */*", connection: "close", "user-agent": "pawl" },
    };
    const request = url.protocol === "https:" ? requestHttps(url, options) : requestHttp(url, options);
    request.once("response", resolve);
    request.on("error", reject);
    request.on("close", () => reject(new Error("the connection was closed without an answer")));
    request.end();
  });
}

function redirectTarget(message: IncomingMessage, from: URL): URL | null {
  const { statusCode = 0, headers } = message;
  if (![301, 302, 303, 307, 308].includes(statusCode) || !headers.location) return null;
  const target = URL.canParse(headers.location, from.href) ? new URL(headers.location, from) : null;
  return target?.origin === from.origin ? target : null;
}

async function read(message: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      message.destroy();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
